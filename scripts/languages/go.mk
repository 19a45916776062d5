# Guests in Go.

no_go := $(if $(GO),,needs Go $(GO_MINIMUM))

languages: $(languages)/go.$(if $(no_go),skipped,wasm)
languages: $(if $(no_go),,$(languages)/go_types.wasm)

# go:embed takes files of the source's own folder.
$(languages)/go.wasm: $(in)/guest.go $(squares) $(rules)
	$(announce)
	rm -f $(@:.wasm=.skipped)
	mkdir -p $(languages)/go
	cp $< $(squares) $(languages)/go/
	cd $(languages)/go && GOOS=wasip1 GOARCH=wasm GO111MODULE=off GOTOOLCHAIN=local \
	  GOCACHE=$${GOCACHE:-$$PWD/cache} $(GO) build -trimpath -ldflags='-s -w' -o ../go.wasm guest.go

# The same with the imports of older guests of Go and TinyGo, which have no module of their own.
no_go_env := $(no_go)
languages: $(languages)/go_env.$(if $(no_go),skipped,wasm)
$(languages)/go_env.wasm: $(in)/guest.go $(squares) $(rules)
	$(announce)
	rm -f $(@:.wasm=.skipped)
	mkdir -p $(languages)/go_env
	cp $(squares) $(languages)/go_env/
	sed 's/^.*wasmimport wasm_bpf /\/\/go:wasmimport env /' $< >$(languages)/go_env/guest.go
	cd $(languages)/go_env && GOOS=wasip1 GOARCH=wasm GO111MODULE=off GOTOOLCHAIN=local \
	  GOCACHE=$${GOCACHE:-$(abspath $(languages))/go/cache} $(GO) build -trimpath -ldflags='-s -w' -o ../go_env.wasm guest.go

# Guests on top of the module.
go_sources := $(filter-out %_test.go,$(wildcard wasm-include/go/*.go wasm-include/go/*/*.go wasm-include/go/*/*/*.go))
in_go = GOOS=wasip1 GOARCH=wasm GOTOOLCHAIN=local GOFLAGS=-mod=mod GOCACHE=$${GOCACHE:-$(abspath $(languages))/go/cache} $(GO)
define build_go
$(announce)
cd $(<D) && $(in_go) build -trimpath -ldflags='-s -w' -o $(abspath $@) .
endef
# Each has the BPF programs of the example in C.
go_examples := bootstrap execve lsm
define go_example
examples/go-$(1)/$(1)_bpf.go: examples/$(1)/$(1).bpf.o $(codegen)
	$(generate) skeleton --lang go --type event $$< >$$@
examples/go-$(1)/go-$(1).wasm: examples/go-$(1)/main.go examples/go-$(1)/$(1)_bpf.go $(go_sources)
	$$(build_go)
endef
$(foreach name,$(go_examples),$(eval $(call go_example,$(name))))
$(languages)/go_types/main.go: $(in)/layouts/main.ts $(types_object) $(layouts)
	mkdir -p $(@D)
	$(generate) types $(types_object) name types --lang go >$(@D)/types.go
	printf 'module types\n\ngo 1.24\n' >$(@D)/go.mod
	$(DENO) run --quiet --allow-read $< go $(types_object) >$@
$(languages)/go_types.wasm: $(languages)/go_types/main.go
	$(build_go)

languages: $(if $(no_go),,$(foreach name,$(go_examples),examples/go-$(name)/go-$(name).wasm))

# The tests of the module, as a guest.
module_tests := $(languages)/go_module
module_sources := $(wildcard $(in)/go/*_test.go)
languages: $(if $(no_go),,$(module_tests).wasm)
$(module_tests)/kinds.bpf.o: $(in)/go/kinds.bpf.c $(vmlinux) $(rules)
	mkdir -p $(@D)
	$(compile_bpf)
$(module_tests)/kinds_bpf.go: $(module_tests)/kinds.bpf.o $(codegen)
	$(generate) skeleton --lang go --package kinds $< >$@
$(module_tests).wasm: $(module_tests)/kinds_bpf.go $(module_sources) $(go_sources)
	$(call announce,$(in)/go)
	cp $(module_sources) $(module_tests)/
	sed 's:=> .*:=> $(CURDIR)/wasm-include/go:; s:^module .*:module kinds:' examples/go-bootstrap/go.mod >$(module_tests)/go.mod
	cd $(module_tests) && $(in_go) test -c -trimpath -o $(abspath $@) .
