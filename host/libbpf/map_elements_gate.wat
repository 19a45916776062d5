;; The functions for elements of maps that a guest of version 2 imports. Passes each call to the function in `target`: a JavaScript
;; function at first, and later map_elements.wat, which needs the guest's memory and so can exist only after the guest.
;; scripts/build_wat.ts makes modules for both types of pointers.

;; (command, fd, key, value, flags)
(type $element (func (param i32 i32 ptr ptr i64) (result i32)))

(import "host" "map_element" (func $map_element (type $element)))

(global $target (export "target") (mut (ref $element)) (ref.func $map_element))

(func (export "bpf_map_lookup_elem") (param $fd i32) (param $key ptr) (param $value ptr) (result i32)
  (return_call_ref $element
    (i32.const 1) (local.get $fd) (local.get $key) (local.get $value) (i64.const 0)
    (global.get $target)))

(func (export "bpf_map_lookup_elem_flags")
  (param $fd i32) (param $key ptr) (param $value ptr) (param $flags i64) (result i32)
  (return_call_ref $element
    (i32.const 1) (local.get $fd) (local.get $key) (local.get $value) (local.get $flags)
    (global.get $target)))

(func (export "bpf_map_update_elem")
  (param $fd i32) (param $key ptr) (param $value ptr) (param $flags i64) (result i32)
  (return_call_ref $element
    (i32.const 2) (local.get $fd) (local.get $key) (local.get $value) (local.get $flags)
    (global.get $target)))

(func (export "bpf_map_delete_elem") (param $fd i32) (param $key ptr) (result i32)
  (return_call_ref $element
    (i32.const 3) (local.get $fd) (local.get $key) (ptr.const 0) (i64.const 0)
    (global.get $target)))

(func (export "bpf_map_delete_elem_flags") (param $fd i32) (param $key ptr) (param $flags i64) (result i32)
  (return_call_ref $element
    (i32.const 3) (local.get $fd) (local.get $key) (ptr.const 0) (local.get $flags)
    (global.get $target)))

(func (export "bpf_map_get_next_key") (param $fd i32) (param $key ptr) (param $next_key ptr) (result i32)
  (return_call_ref $element
    (i32.const 4) (local.get $fd) (local.get $key) (local.get $next_key) (i64.const 0)
    (global.get $target)))

(func (export "bpf_map_lookup_and_delete_elem") (param $fd i32) (param $key ptr) (param $value ptr) (result i32)
  (return_call_ref $element
    (i32.const 21) (local.get $fd) (local.get $key) (local.get $value) (i64.const 0)
    (global.get $target)))

(func (export "bpf_map_lookup_and_delete_elem_flags")
  (param $fd i32) (param $key ptr) (param $value ptr) (param $flags i64) (result i32)
  (return_call_ref $element
    (i32.const 21) (local.get $fd) (local.get $key) (local.get $value) (local.get $flags)
    (global.get $target)))
