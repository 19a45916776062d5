module go-lsm

go 1.24

require github.com/wasm-bpf/wasm-bpf/wasm-include/go v0.0.0

replace github.com/wasm-bpf/wasm-bpf/wasm-include/go => ../../wasm-include/go
