# Guests in Rust. scripts/languages/find_cargo.sh finds the tools.

rust_tools := $(shell scripts/languages/find_cargo.sh)
rust_cargo := $(word 1,$(rust_tools))
rust_target := $(word 3,$(rust_tools))
no_rust := $(if $(rust_tools),,no cargo whose rustc has wasm32-wasip1 or wasm32-wasi)
rust_variable := CARGO_TARGET_$(if $(filter wasm32-wasip1,$(rust_target)),WASM32_WASIP1,WASM32_WASI)_LINKER
rust_folder := $(abspath $(languages))/rust
# Each kind of guest has a directory of its own, since cargo locks it.
cargo_build = cd $(1) && MAKEFLAGS= MFLAGS= RUSTC=$(word 2,$(rust_tools)) $(if $(word 4,$(rust_tools)),$(rust_variable)=$(word 4,$(rust_tools))) \
  RUSTFLAGS='-C link-arg=--export-table' $(rust_cargo) build --quiet --release --target $(rust_target) --target-dir $(rust_folder)/$(2)

rust_guests := rust rust_published
languages: $(addprefix $(languages)/,$(addsuffix $(if $(no_rust),.skipped,.wasm),$(rust_guests)))

rust_crate := wasm-include/rust/Cargo.toml $(wildcard wasm-include/rust/src/*.rs)

# The crate by itself, with which codegen/ compiles generated sources.
languages: $(if $(no_rust),,$(languages)/rust/libwasm_bpf.rlib)
$(languages)/rust/libwasm_bpf.rlib: $(rust_crate) $(rules)
	MAKEFLAGS= MFLAGS= $(word 2,$(rust_tools)) --edition 2021 --target $(rust_target) --crate-type rlib --crate-name wasm_bpf --cfg 'feature="std"' \
	  wasm-include/rust/src/lib.rs -o $@

# Guests of version 1: one that declares the imports itself, and one on top of a published crate, which needs a registry.
$(languages)/rust.wasm: $(in)/guest.rs $(squares) $(rules)
	$(announce)
	rm -f $(@:.wasm=.skipped)
	MAKEFLAGS= MFLAGS= SQUARES_OBJECT=$(abspath $(squares)) $(word 2,$(rust_tools)) --edition 2021 --target $(rust_target) -O -C strip=symbols \
	  $(if $(word 4,$(rust_tools)),-C linker=$(word 4,$(rust_tools))) -C link-arg=--export-table $< -o $@
$(languages)/rust_published.wasm: $(in)/published/main.rs $(in)/published/Cargo.toml $(in)/published/Cargo.lock $(squares) $(rules)
	$(announce)
	rm -f $(@:.wasm=.skipped)
	export SQUARES_OBJECT=$(abspath $(squares)); \
	{ $(call cargo_build,$(<D),published) --locked && cp $(rust_folder)/published/$(rust_target)/release/published.wasm $(abspath $@); } || \
	  echo 'cargo cannot build it, perhaps without a registry' >$(abspath $(@:.wasm=.skipped))

# Examples, as users build them.
rust_examples := $(foreach name,bootstrap tcpconnlat,examples/rust-$(name)/rust-$(name).wasm)
languages: $(if $(no_rust),,$(rust_examples))
$(rust_examples): $(rust_crate) $(codegen) $(wildcard cli/languages/rust*.ts examples/bootstrap/*.[ch]) .build/sdk/stamp
	$(call announce,$(@D)/src/main.rs)
	env --unset=MAKEFLAGS --unset=MFLAGS $(DENO) run --quiet --allow-ffi cli.ts build $(@D) >/dev/null
$(foreach one,$(rust_examples),$(eval $(one): $(wildcard $(dir $(one))Cargo.toml $(dir $(one))*.c $(dir $(one))src/*.rs)))

# Guests for tests. Those that print the sizes and offsets of generated types are generated too.
rust_tests := $(notdir $(basename $(wildcard $(in)/rust/src/bin/*.rs)))
rust_skeletons := $(patsubst $(in)/rust/%.bpf.c,$(languages)/rust/%_skel.rs,$(wildcard $(in)/rust/*.bpf.c)) $(languages)/rust/types_skel.rs
languages: $(if $(no_rust),,$(patsubst %,$(languages)/rust_%.wasm,$(rust_tests)))
$(shell mkdir -p $(languages)/rust)

$(languages)/rust/types_skel.rs: $(types_object) $(codegen)
	$(generate) skeleton $< name types --lang rust >$@
$(languages)/rust/%_skel.rs: $(languages)/rust/%.bpf.o $(codegen)
	$(generate) skeleton --lang rust $< >$@
$(languages)/rust/types.rs: $(in)/layouts/main.ts $(types_object) $(layouts)
	$(DENO) run --quiet --allow-read $< rust $(types_object) >$@
rust_tests_built := $(languages)/rust/guests.built
$(rust_tests_built): $(in)/rust/Cargo.toml $(wildcard $(in)/rust/src/bin/*.rs) $(rust_skeletons) $(languages)/rust/types.rs $(rust_crate)
	$(announce)
	export SKELETONS=$(rust_folder); $(call cargo_build,$(<D),guests)
	for name in $(rust_tests); do cp $(rust_folder)/guests/$(rust_target)/release/$$name.wasm $(languages)/rust_$$name.wasm; done
	touch $@
$(patsubst %,$(languages)/rust_%.wasm,$(rust_tests)): $(rust_tests_built)
