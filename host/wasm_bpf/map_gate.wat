;; The import wasm_bpf_map_operate of a guest. Passes each call to the function in `target`. A guest needs its imports before it has a
;; memory, but map_calls.wat needs that memory; until then the target is a JavaScript function. scripts/build_wat.ts assembles this
;; file into map_gate_bytes.ts.

(type $map_operate (func (param i32 i32 i32 i32 i32 i64) (result i32)))

(import "host" "map_operate" (func $map_operate (type $map_operate)))

(global $target (export "target") (mut (ref $map_operate)) (ref.func $map_operate))

(func (export "map_operate") (type $map_operate)
  (return_call_ref $map_operate
    (local.get 0) (local.get 1) (local.get 2) (local.get 3) (local.get 4) (local.get 5)
    (global.get $target)))

;; For guests that declare pointers as i64 (wasm-bpf's Rust and Go bindings).
(func (export "map_operate_i64") (param i32 i32 i64 i64 i64 i64) (result i32)
  (return_call_ref $map_operate
    (local.get 0)
    (local.get 1)
    (i32.wrap_i64 (local.get 2))
    (i32.wrap_i64 (local.get 3))
    (i32.wrap_i64 (local.get 4))
    (local.get 5)
    (global.get $target)))
