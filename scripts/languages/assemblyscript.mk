# Guests in AssemblyScript.

asc := $(abspath $(DENO)) run --quiet --config $(abspath scripts/tools.json) --allow-read --allow-write --allow-env $(ASSEMBLYSCRIPT)/asc

languages: $(languages)/assemblyscript.wasm

# AssemblyScript cannot embed a file, so the object becomes an array in its source.
$(languages)/assemblyscript.wasm: $(in)/guest.ts $(squares) $(rules)
	$(announce)
	mkdir -p $(languages)/assemblyscript
	cp $< $(languages)/assemblyscript/guest.ts
	{ echo 'export const OBJECT: StaticArray<u8> = ['; \
	  od -An -v -t u1 -w1 $(squares) | sed 's/$$/,/'; echo '];'; } >$(languages)/assemblyscript/object.ts
	$(asc) guest.ts --baseDir $(languages)/assemblyscript --outFile ../assemblyscript.wasm --exportTable --optimize \
	  --runtime stub --use abort=guest/onAbort

# Guests on top of the package, which asc finds by the name of its folder.
packages := $(languages)/assemblyscript/packages
assemblyscript_sources := $(wildcard wasm-include/assemblyscript/*.ts wasm-include/assemblyscript/assembly/*.ts)
$(packages)/stamp: $(assemblyscript_sources)
	mkdir -p $(@D)
	rm -rf $(@D)/wasm-bpf
	cp -r wasm-include/assemblyscript $(@D)/wasm-bpf
	touch $@

# An asconfig.json beside the source has its name, and the same options.
define build_assemblyscript
$(announce)
cd $(<D) && $(asc) $(if $(wildcard $(<D)/asconfig.json),,$(<F)) --outFile $(abspath $@) --path $(abspath $(packages)) \
  --exportStart _start --exportTable --optimizeLevel 3 --shrinkLevel 1
endef

languages: examples/assemblyscript-bootstrap/assemblyscript-bootstrap.wasm $(languages)/assemblyscript_types.wasm
examples/assemblyscript-bootstrap/bootstrap_skel.ts: examples/bootstrap/bootstrap.bpf.o $(codegen)
	$(generate) skeleton --lang assemblyscript --type event $< >$@
examples/assemblyscript-bootstrap/assemblyscript-bootstrap.wasm: examples/assemblyscript-bootstrap/main.ts \
  examples/assemblyscript-bootstrap/bootstrap_skel.ts $(packages)/stamp $(rules)
	$(build_assemblyscript)

# Uses each class of the package.
kinds_object := $(languages)/assemblyscript/kinds/kinds.bpf.o
$(kinds_object): $(in)/assemblyscript/kinds.bpf.c $(vmlinux) $(rules)
	mkdir -p $(@D)
	$(compile_bpf)
$(languages)/assemblyscript/kinds/kinds_skel.ts: $(kinds_object) $(codegen)
	mkdir -p $(@D)
	$(generate) skeleton $< name kinds --lang assemblyscript --type record >$@
$(languages)/assemblyscript/kinds/kinds.ts: $(in)/assemblyscript/kinds.ts
	mkdir -p $(@D)
	cp $< $@
languages: $(languages)/assemblyscript_kinds.wasm
$(languages)/assemblyscript_kinds.wasm: $(languages)/assemblyscript/kinds/kinds.ts \
  $(languages)/assemblyscript/kinds/kinds_skel.ts $(packages)/stamp $(rules)
	$(build_assemblyscript)
	# The package compiles without the language's abort too.
	cd $(<D) && $(asc) $(<F) --noEmit --use abort= --path $(abspath $(packages))

# Prints the sizes and offsets of generated types.
$(languages)/assemblyscript/layouts/types_skel.ts: $(types_object) $(codegen)
	mkdir -p $(@D)
	$(generate) types $< name types --lang assemblyscript >$@
$(languages)/assemblyscript/layouts/main.ts: $(in)/layouts/main.ts $(types_object) $(layouts)
	mkdir -p $(@D)
	$(DENO) run --quiet --allow-read $< assemblyscript $(types_object) >$@
$(languages)/assemblyscript_types.wasm: $(languages)/assemblyscript/layouts/main.ts \
  $(languages)/assemblyscript/layouts/types_skel.ts $(packages)/stamp $(rules)
	$(build_assemblyscript)
