;; The part of the pump for version 1 of the ABI: each record is copied to the same place of the guest. See pump.wat.

(type $callback (func (param i32 i32 i32) (result i32)))
(type $silent_callback (func (param i32 i32 i32)))

(global $silent (mut (ref null $silent_callback)) (ref.null $silent_callback))
(elem declare func $call_silent)

;; Delivers all records that are committed now. Returns their number, or the negative number that a callback returned, or
;; -14 (EFAULT) when `max` bytes at `data` are not in the guest's memory, or -22 (EINVAL) when `callback` has another type.
(func (export "ring_consume")
  (param $callback i32) (param $context i32) (param $data i32) (param $max i32) (result i32)
  (local $function (ref null $callback))
  (local $position i64) (local $record i32) (local $header i32) (local $size i32) (local $delivered i32)
  (if (i32.eqz (call $in_guest (local.get $data) (local.get $max))) (then (return (i32.const -14))))
  (local.set $function (call $function (local.get $callback)))
  (if (ref.is_null (local.get $function)) (then (return (i32.const -22))))
  (local.set $position (i64.atomic.load $ring (i32.const 0)))
  (global.set $end (i64.atomic.load $ring (global.get $page)))
  (call $note_level (local.get $position) (global.get $end))
  (loop $next
    (if (i64.ge_u (local.get $position) (global.get $end)) (then (return (local.get $delivered))))
    (local.set $record (call $ring_record (local.get $position)))
    ;; The kernel commits a record by an exchange of this word. Loads after this one see the whole record.
    (local.set $header (i32.atomic.load $ring (local.get $record)))
    ;; The record is busy. The records after it wait too, to keep the order.
    (if (i32.lt_s (local.get $header) (i32.const 0)) (then (return (local.get $delivered))))
    (local.set $size (i32.and (local.get $header) (i32.const 0x3fffffff)))
    (local.set $position
      (i64.add
        (local.get $position)
        (i64.extend_i32_u (i32.and (i32.add (local.get $size) (i32.const 15)) (i32.const -8)))))
    (if (i32.ne (local.get $size) (local.get $header))
      (then
        (call $publish (i32.const 0) (local.get $position))
        (br $next)))
    (if (i32.gt_u (local.get $size) (local.get $max)) (then (local.set $size (local.get $max))))
    (call $copy (local.get $data) (i32.add (local.get $record) (i32.const 8)) (local.get $size))
    ;; This precedes the callback, so that the kernel can reuse the space while the callback runs. If the callback traps, the
    ;; record is consumed already, and nothing needs cleaning up.
    (call $publish (i32.const 0) (local.get $position))
    (local.set $header
      (call_ref $callback
        (local.get $context) (local.get $data) (local.get $size) (ref.as_non_null (local.get $function))))
    (if (i32.lt_s (local.get $header) (i32.const 0)) (then (return (local.get $header))))
    (local.set $delivered (i32.add (local.get $delivered) (i32.const 1)))
    (br $next))
  (unreachable))

;; Like ring_consume, for one perf buffer after another. Also counts lost records.
(func (export "perf_consume")
  (param $callback i32) (param $context i32) (param $data i32) (param $max i32) (result i32)
  (local $function (ref null $callback))
  (local $index i32) (local $buffer i32) (local $delivered i32)
  (local $position i64) (local $record i32) (local $at i32) (local $size i32) (local $type i32) (local $status i32)
  (if (i32.eqz (call $in_guest (local.get $data) (local.get $max))) (then (return (i32.const -14))))
  (local.set $function (call $function (local.get $callback)))
  (if (ref.is_null (local.get $function)) (then (return (i32.const -22))))
  (call $read_heads (i32.const 0) (global.get $count))
  (loop $buffers
    (if (i32.or (i32.ge_u (local.get $index) (global.get $count)) (global.get $stopped))
      (then (return (local.get $delivered))))
    (local.set $buffer (call $perf_buffer (local.get $index)))
    (global.set $end (i64.load $ring (call $perf_notes (local.get $index))))
    (local.set $position (i64.load $ring offset=1032 (local.get $buffer)))
    (block $done
      (loop $next
        (br_if $done (i64.ge_u (local.get $position) (global.get $end)))
        (local.set $at (i32.and (i32.wrap_i64 (local.get $position)) (global.get $mask)))
        (local.set $record (i32.add (i32.add (local.get $buffer) (global.get $page)) (local.get $at)))
        (local.set $type (i32.load $ring (local.get $record)))
        (local.set $size (i32.load16_u $ring offset=6 (local.get $record)))
        ;; No record is shorter than its header, so these are not the kernel's pages.
        (if (i32.lt_u (local.get $size) (i32.const 8)) (then (unreachable)))
        (local.set $position (i64.add (local.get $position) (i64.extend_i32_u (local.get $size))))
        (if (i32.ne (local.get $type) (i32.const 9))
          (then
            (if (i32.eq (local.get $type) (i32.const 2))
              (then
                (global.set $lost
                  (i64.add
                    (global.get $lost)
                    (i64.load $ring (call $perf_address (local.get $buffer) (local.get $at) (i32.const 16)))))))
            (call $publish (i32.add (local.get $buffer) (i32.const 1032)) (local.get $position))
            (br $next)))
        (local.set $size (i32.load $ring (call $perf_address (local.get $buffer) (local.get $at) (i32.const 8))))
        (if (i32.gt_u (local.get $size) (local.get $max)) (then (local.set $size (local.get $max))))
        (call $copy_wrapped
          (local.get $data) (local.get $buffer) (i32.add (local.get $at) (i32.const 12)) (local.get $size))
        (call $publish (i32.add (local.get $buffer) (i32.const 1032)) (local.get $position))
        (local.set $status
          (call_ref $callback
            (local.get $context) (local.get $data) (local.get $size) (ref.as_non_null (local.get $function))))
        (if (i32.lt_s (local.get $status) (i32.const 0)) (then (return (local.get $status))))
        (local.set $delivered (i32.add (local.get $delivered) (i32.const 1)))
        (br $next)))
    (local.set $index (i32.add (local.get $index) (i32.const 1)))
    (br $buffers))
  (unreachable))

;; Copies like $copy from `at` in a perf buffer's data. A record that wraps takes two copies, because the kernel maps these
;; pages only once.
(func $copy_wrapped (param $to i32) (param $buffer i32) (param $at i32) (param $size i32)
  (local $room i32)
  (local.set $at (i32.and (local.get $at) (global.get $mask)))
  (local.set $buffer (i32.add (local.get $buffer) (global.get $page)))
  (local.set $room (i32.sub (i32.add (global.get $mask) (i32.const 1)) (local.get $at)))
  (if (i32.gt_u (local.get $size) (local.get $room))
    (then
      (memory.copy $guest $ring
        (local.get $to) (i32.add (local.get $buffer) (local.get $at)) (local.get $room))
      (memory.copy $guest $ring
        (i32.add (local.get $to) (local.get $room)) (local.get $buffer) (i32.sub (local.get $size) (local.get $room))))
    (else
      (call $copy (local.get $to) (i32.add (local.get $buffer) (local.get $at)) (local.get $size)))))

;; Returns 1 when `size` bytes at `data` lie in the guest's memory. One check for a poll suffices: memory never shrinks.
(func $in_guest (param $data i32) (param $size i32) (result i32)
  (i64.le_u
    (i64.add (i64.extend_i32_u (local.get $data)) (i64.extend_i32_u (local.get $size)))
    (i64.shl (i64.extend_i32_u (memory.size $guest)) (i64.const 16))))

;; The function at `index` of the guest's table; null if its type does not fit or there is none. This checks the type once
;; for each poll, so that the call for each record needs no check (call_indirect takes 0.4 ns more).
(func $function (param $index i32) (result (ref null $callback))
  (local $entry funcref)
  (if (i32.ge_u (local.get $index) (table.size $table)) (then (return (ref.null $callback))))
  (local.set $entry (table.get $table (local.get $index)))
  (if (ref.test (ref $callback) (local.get $entry)) (then (return (ref.cast (ref $callback) (local.get $entry)))))
  (if (ref.test (ref $silent_callback) (local.get $entry))
    (then
      (global.set $silent (ref.cast (ref $silent_callback) (local.get $entry)))
      (return (ref.func $call_silent))))
  (ref.null $callback))

;; Calls a callback that returns nothing, and returns 0.
(func $call_silent (param $context i32) (param $data i32) (param $size i32) (result i32)
  (call_ref $silent_callback
    (local.get $context) (local.get $data) (local.get $size) (ref.as_non_null (global.get $silent)))
  (i32.const 0))

;; Copies `size` bytes from $ring to $guest and touches no other byte of the guest. memory.copy calls into the runtime, so
;; short records are copied in steps of 16 bytes. A record of 64 bytes takes 9.6 ns with memory.copy, 7.6 ns in steps of 16
;; and 10.6 ns in steps of 8. A record of 256 bytes takes 11 ns with memory.copy and 15 ns in steps of 16.
(func $copy (param $to i32) (param $from i32) (param $size i32)
  (local $last i32)
  (if (i32.gt_u (local.get $size) (i32.const 96))
    (then
      (memory.copy $guest $ring (local.get $to) (local.get $from) (local.get $size))
      (return)))
  (if (i32.ge_u (local.get $size) (i32.const 16))
    (then
      ;; Copy the last 16 bytes first, then whole steps up to them. The steps may overlap them, which saves a tail.
      (local.set $last (i32.sub (i32.add (local.get $to) (local.get $size)) (i32.const 16)))
      (v128.store $guest
        (local.get $last)
        (v128.load $ring (i32.sub (i32.add (local.get $from) (local.get $size)) (i32.const 16))))
      (loop $steps
        (if (i32.lt_u (local.get $to) (local.get $last))
          (then
            (v128.store $guest (local.get $to) (v128.load $ring (local.get $from)))
            (local.set $to (i32.add (local.get $to) (i32.const 16)))
            (local.set $from (i32.add (local.get $from) (i32.const 16)))
            (br $steps))))
      (return)))
  (if (i32.ge_u (local.get $size) (i32.const 8))
    (then
      (local.set $size (i32.sub (local.get $size) (i32.const 8)))
      (i64.store $guest
        (i32.add (local.get $to) (local.get $size))
        (i64.load $ring (i32.add (local.get $from) (local.get $size))))
      (i64.store $guest (local.get $to) (i64.load $ring (local.get $from)))
      (return)))
  (loop $bytes
    (if (local.get $size)
      (then
        (local.set $size (i32.sub (local.get $size) (i32.const 1)))
        (i32.store8 $guest
          (i32.add (local.get $to) (local.get $size))
          (i32.load8_u $ring (i32.add (local.get $from) (local.get $size))))
        (br $bytes)))))
