;; Map calls that do not enter JavaScript. Checks the guest's parameters and calls the native function. JavaScript handles the
;; other calls: maps that the guest does not own, maps with a policy or with descriptors as values, unknown commands and flags,
;; addresses outside the memory. The kernel takes about 900 ns for a call and leaves the processor's caches cold, so that each
;; nanosecond before it costs two. scripts/build_wat.ts assembles this file into map_calls_bytes.ts.
;;
;; $sizes has 8 bytes for each descriptor (host/core/map_table.ts): u32 bytes of a key, u32 bytes of an element. The second is 0
;; for maps whose calls go to JavaScript.

(import "guest" "memory" (memory $guest 0))
(import "host" "sizes" (memory $sizes 1 1))
;; (fd, command, key, value, next_key, flags)
(import "host" "map_operate" (func $in_javascript (param i32 i32 i32 i32 i32 i64) (result i32)))
;; ffi/libbpf/shim.c: (command, fd, key, value, flags), addresses or 0 for NULL
(import "native" "wasm_bpf_map_call" (func $call (param i32 i32 i64 i64 i64) (result i32)))

;; The pages of the guest's memory when JavaScript last read its base. After growth the base may have moved, so the next call goes
;; to JavaScript, which reads it again. -1 sends every call to JavaScript.
(global $pages (export "pages") (mut i32) (i32.const -1))
;; The address of the guest's memory at that time.
(global $base (export "base") (mut i64) (i64.const 0))

(func (export "map_operate")
  (param $fd i32) (param $command i32) (param $key i32) (param $value i32) (param $next_key i32) (param $flags i64)
  (result i32)
  (local $memory_bytes i64) (local $sizes i64) (local $key_bytes i64) (local $value_bytes i64)
  (local $key_address i64) (local $value_address i64)
  (block $in_javascript
    (br_if $in_javascript (i32.ne (memory.size $guest) (global.get $pages)))
    (br_if $in_javascript (i64.gt_u (local.get $flags) (i64.const 0xffffffff)))
    ;; One page of $sizes.
    (br_if $in_javascript (i32.ge_u (local.get $fd) (i32.const 8192)))
    (local.set $memory_bytes (i64.shl (i64.extend_i32_u (global.get $pages)) (i64.const 16)))
    (local.set $sizes (i64.load $sizes (i32.shl (local.get $fd) (i32.const 3))))
    (local.set $key_bytes (i64.and (local.get $sizes) (i64.const 0xffffffff)))
    (local.set $value_bytes (i64.shr_u (local.get $sizes) (i64.const 32)))
    (br_if $in_javascript (i64.eqz (local.get $value_bytes)))
    (br_if $in_javascript
      (i64.gt_u
        (i64.add (i64.extend_i32_u (local.get $key)) (local.get $key_bytes))
        (local.get $memory_bytes)))
    (local.set $key_address (call $address (local.get $key)))
    (block $call
      (block $check
        (block $get_next_key
          (block $delete
            (block $other
              ;;        0              1      2      3       4             others
              (br_table $in_javascript $check $check $delete $get_next_key $other (local.get $command)))
            ;; Lookup and delete.
            (br_if $check (i32.eq (local.get $command) (i32.const 21)))
            (br $in_javascript))
          (br $call))
        ;; Key 0 means the first key. This check comes first, because JavaScript must get the guest's own parameters.
        (br_if $in_javascript
          (i64.gt_u
            (i64.add (i64.extend_i32_u (local.get $next_key)) (local.get $key_bytes))
            (local.get $memory_bytes)))
        (if (i32.eqz (local.get $key)) (then (local.set $key_address (i64.const 0))))
        (local.set $value_address (call $address (local.get $next_key)))
        (br $call))
      (br_if $in_javascript
        (i64.gt_u
          (i64.add (i64.extend_i32_u (local.get $value)) (local.get $value_bytes))
          (local.get $memory_bytes)))
      (local.set $value_address (call $address (local.get $value))))
    (return_call $call
      (local.get $command) (local.get $fd)
      (local.get $key_address) (local.get $value_address) (local.get $flags)))
  (return_call $in_javascript
    (local.get $fd) (local.get $command) (local.get $key) (local.get $value) (local.get $next_key) (local.get $flags)))

;; The address of the guest's byte at `offset`.
(func $address (param $offset i32) (result i64)
  (i64.add (global.get $base) (i64.extend_i32_u (local.get $offset))))
