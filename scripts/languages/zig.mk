# Guests in Zig.

zig := $(wildcard $(abspath .tools/zig-$(ZIG_VERSION)/zig))
no_zig := $(if $(zig),,no zig $(ZIG_VERSION) in .tools/)
zig_package := $(wildcard wasm-include/zig/src/*.zig)
# The caches of the compiler.
export ZIG_GLOBAL_CACHE_DIR := $(abspath $(languages))/zig/global-cache
zig_cache := $(abspath $(languages))/zig/cache

zig_guests := examples/zig-bootstrap/zig-bootstrap.wasm $(addprefix $(languages)/,zig_types.wasm zig_abilities.wasm zig_abilities64.wasm)
languages: $(if $(no_zig),,$(zig_guests))

examples/zig-bootstrap/src/bootstrap_skel.zig: examples/bootstrap/bootstrap.bpf.o $(codegen)
	$(generate) skeleton --lang zig $< >$@
examples/zig-bootstrap/zig-bootstrap.wasm: $(addprefix examples/zig-bootstrap/,build.zig build.zig.zon src/main.zig src/bootstrap_skel.zig) \
  $(zig_package) $(rules)
	$(call announce,examples/zig-bootstrap/src/main.zig)
	cd examples/zig-bootstrap && $(zig) build --release=small --prefix . --prefix-exe-dir . --cache-dir $(zig_cache)

# Guests of one file, for wasm32 and for wasm64.
zig_target = wasm32-wasi
$(languages)/zig_abilities64.wasm: zig_target := wasm64-wasi
define compile_zig
$(announce)
cd $(<D) && $(zig) build-exe -target $(zig_target) -O ReleaseSmall -fstrip --export-table --cache-dir $(zig_cache) --dep wasm_bpf \
  -Mroot=$(<F) -Mwasm_bpf=$(abspath wasm-include/zig/src/wasm_bpf.zig) -femit-bin=$(abspath $@)
endef

zig_abilities := $(languages)/zig/abilities
$(zig_abilities).bpf.o: $(in)/zig/abilities.bpf.c $(vmlinux) $(rules)
	mkdir -p $(@D)
	$(compile_bpf)
$(languages)/zig/abilities_skel.zig: $(zig_abilities).bpf.o $(codegen)
	$(generate) skeleton --lang zig $< >$@
$(languages)/zig/abilities.zig: $(in)/zig/abilities.zig
	mkdir -p $(@D)
	cp $< $@
$(languages)/zig_abilities.wasm $(languages)/zig_abilities64.wasm: $(languages)/zig/abilities.zig $(languages)/zig/abilities_skel.zig \
  $(zig_package) $(rules)
	$(compile_zig)

# Prints the sizes and offsets of generated types.
$(languages)/zig/types.zig: $(types_object) $(codegen)
	mkdir -p $(@D)
	$(generate) types $< name types --lang zig >$@
$(languages)/zig/layouts.zig: $(in)/layouts/main.ts $(types_object) $(layouts)
	mkdir -p $(@D)
	$(DENO) run --quiet --allow-read $< zig $(types_object) >$@
$(languages)/zig_types.wasm: $(languages)/zig/layouts.zig $(languages)/zig/types.zig $(zig_package) $(rules)
	$(compile_zig)
