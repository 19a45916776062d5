;; Calls for elements of maps that do not enter JavaScript, for guests of version 2. Checks the guest's parameters, calls the native
;; function, and converts its errno to WASI's. JavaScript handles the other calls: maps that the guest does not own, maps with a
;; policy, without keys, or with descriptors as values, flags of more than 32 bits, NULL, addresses outside the memory.
;;
;; $numbers (host/libbpf/map_numbers.ts):
;;
;;   offset | meaning
;;   0      | for each descriptor of the guest 16 bytes: u32 the kernel's descriptor, u32 bytes of a key, u32 bytes of an element;
;;          | the last is 0 for descriptors whose calls go to JavaScript
;;   32768  | for each errno of Linux from 0 to 255 a byte: WASI's number

(import "guest" "memory" (memory $guest ptr 0))
(import "host" "numbers" (memory $numbers 1 1))
;; (command, fd, key, value, flags)
(import "host" "map_element" (func $in_javascript (param i32 i32 ptr ptr i64) (result i32)))
;; ffi/libbpf/shim.c: (command, fd, key, value, flags), addresses or 0 for NULL
(import "native" "wasm_bpf_map_call" (func $call (param i32 i32 i64 i64 i64) (result i32)))

;; The pages of the guest's memory when JavaScript last read its base. After growth the base may have moved, so the next call goes
;; to JavaScript, which reads it again. -1 sends every call to JavaScript.
(global $pages (export "pages") (mut i64) (i64.const -1))
;; The address of the guest's memory at that time.
(global $base (export "base") (mut i64) (i64.const 0))

(func (export "map_element")
  (param $command i32) (param $fd i32) (param $key ptr) (param $value ptr) (param $flags i64) (result i32)
  (local $entry i32) (local $key_bytes i64) (local $value_bytes i64) (local $result i32)
  (block $in_javascript
    (br_if $in_javascript (i64.ne (i64.extend_ptr_u (memory.size $guest)) (global.get $pages)))
    (br_if $in_javascript (i64.gt_u (local.get $flags) (i64.const 0xffffffff)))
    (br_if $in_javascript (i32.ge_u (local.get $fd) (i32.const 2048)))
    (local.set $entry (i32.shl (local.get $fd) (i32.const 4)))
    (local.set $key_bytes (i64.load32_u $numbers offset=4 (local.get $entry)))
    (local.set $value_bytes (i64.load32_u $numbers offset=8 (local.get $entry)))
    (br_if $in_javascript (i64.eqz (local.get $value_bytes)))
    (if (i32.eq (local.get $command) (i32.const 4))
      (then (local.set $value_bytes (local.get $key_bytes)))
      (else
        ;; Only this command takes NULL as a key: it then gets the first one.
        (br_if $in_javascript (ptr.eqz (local.get $key)))
        (if (i32.eq (local.get $command) (i32.const 3)) (then (local.set $value_bytes (i64.const 0))))))
    (br_if $in_javascript (call $outside (local.get $key) (local.get $key_bytes)))
    (br_if $in_javascript (call $outside (local.get $value) (local.get $value_bytes)))
    (br_if $in_javascript
      (i32.and (ptr.eqz (local.get $value)) (i32.ne (local.get $command) (i32.const 3))))
    (local.set $result
      (call $call
        (local.get $command)
        (i32.load $numbers (local.get $entry))
        (call $address (local.get $key))
        (call $address (local.get $value))
        (local.get $flags)))
    (if (i32.ge_s (local.get $result) (i32.const 0)) (then (return (local.get $result))))
    (local.set $result (i32.sub (i32.const 0) (local.get $result)))
    ;; 255 is an errno that Linux does not have. Its byte is WASI's EIO.
    (if (i32.gt_u (local.get $result) (i32.const 255)) (then (local.set $result (i32.const 255))))
    (return (i32.sub (i32.const 0) (i32.load8_u $numbers offset=32768 (local.get $result)))))
  (return_call $in_javascript
    (local.get $command) (local.get $fd) (local.get $key) (local.get $value) (local.get $flags)))

;; Returns 1 unless `size` bytes at `at` lie in the guest's memory. The sum alone could wrap.
(func $outside (param $at ptr) (param $size i64) (result i32)
  (local $memory_bytes i64)
  (local.set $memory_bytes (i64.shl (global.get $pages) (i64.const 16)))
  (i32.or
    (i64.gt_u (i64.extend_ptr_u (local.get $at)) (local.get $memory_bytes))
    (i64.gt_u (i64.add (i64.extend_ptr_u (local.get $at)) (local.get $size)) (local.get $memory_bytes))))

;; The address of the guest's byte at `at`, or 0 for NULL.
(func $address (param $at ptr) (result i64)
  (select
    (i64.const 0)
    (i64.add (global.get $base) (i64.extend_ptr_u (local.get $at)))
    (ptr.eqz (local.get $at))))
