# Guests in Rust. Debian's rustc has the target for WebAssembly.

rustc := /usr/bin/rustc
rust_targets := $(foreach one,wasm32-wasip1 wasm32-wasi,$(if $(wildcard /usr/lib/rustlib/$(one)/lib),$(one)))
rust_target := $(firstword $(rust_targets))
no_rust := $(if $(and $(wildcard $(rustc)),$(rust_target)),,no rustc, or no libstd-rust-dev-wasm32)

languages: $(languages)/rust.$(if $(no_rust),skipped,wasm)
languages: $(if $(no_rust),,examples/rust-bootstrap/rust-bootstrap.wasm $(languages)/rust_types.wasm)

$(languages)/rust.wasm: $(in)/guest.rs $(squares) $(rules)
	$(announce)
	rm -f $(@:.wasm=.skipped)
	SQUARES_OBJECT=$(abspath $(squares)) $(rustc) --edition 2021 --target $(rust_target) -O -C strip=symbols \
	  -C linker=$$(command -v wasm-ld-$(RUST_LLD_VERSION) || echo wasm-ld-$(LLVM_VERSION)) -C link-arg=--export-table \
	  $< -o $@

# Guests on top of the crate, as cargo builds them. Debian's rustc comes without cargo.
rust_link := -C linker=$$(command -v wasm-ld-$(RUST_LLD_VERSION) || echo wasm-ld-$(LLVM_VERSION)) -C link-arg=--export-table
rust_crate := $(languages)/rust/libwasm_bpf.rlib
$(rust_crate): $(wildcard wasm-include/rust/src/*.rs) $(rules)
	$(announce)
	mkdir -p $(@D)
	$(rustc) --edition 2021 --target $(rust_target) -C opt-level=s --crate-type rlib --crate-name wasm_bpf \
	  --cfg 'feature="std"' wasm-include/rust/src/lib.rs -o $@

define compile_rust
$(announce)
$(rustc) --edition 2021 --target $(rust_target) -C opt-level=s -C lto -C strip=symbols $(rust_link) \
  --extern wasm_bpf=$(rust_crate) $< -o $@
endef

examples/rust-bootstrap/src/bootstrap_skel.rs: examples/bootstrap/bootstrap.bpf.o $(wildcard codegen/*.ts)
	$(generate) skeleton --lang rust --type event $< >$@
examples/rust-bootstrap/rust-bootstrap.wasm: examples/rust-bootstrap/src/main.rs examples/rust-bootstrap/src/bootstrap_skel.rs $(rust_crate)
	$(compile_rust)

# Prints the sizes and offsets of generated types.
$(languages)/rust/types_skel.rs: $(types_object) $(wildcard codegen/*.ts)
	mkdir -p $(@D)
	$(generate) skeleton $< name types --lang rust >$@
$(languages)/rust/types.rs: $(in)/layouts/main.ts $(types_object) $(layouts)
	mkdir -p $(@D)
	$(DENO) run --quiet --allow-read $< rust $(types_object) >$@
$(languages)/rust_types.wasm: $(languages)/rust/types.rs $(languages)/rust/types_skel.rs $(rust_crate)
	$(compile_rust)
