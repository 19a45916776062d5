module github.com/wasm-bpf/wasm-bpf/wasm-include/go

go 1.24
