;; The event pump. It delivers records of the kernel's ring and perf buffers to a guest's callback without leaving WebAssembly.
;;
;; It has two memories. $ring is its own: its size is fixed, and ffi/ maps the kernel's pages over it. $guest is the guest's
;; memory, which may grow at any time. The callback is an entry of the guest's table. One instance serves one buffer.
;; scripts/build_wat.ts assembles this file into pump_bytes.ts.
;;
;; Layout of $ring for a ring buffer (kernel/bpf/ringbuf.c; `page` is the system's page size):
;;
;;   offset         | meaning
;;   0              | consumer position, u64: the pump writes it
;;   page           | producer position, u64: read-only, like everything after it
;;   2 * page       | the data, mapped twice in a row, so that a record that wraps is contiguous
;;
;;   A record: u32 length (bit 31 busy, bit 30 discarded), u32 for the kernel, the data, padding to 8 bytes.
;;
;; Layout of $ring for perf buffers (include/uapi/linux/perf_event.h):
;;
;;   offset         | meaning
;;   0              | for each buffer 8 bytes, which only the pump uses: the position at which this poll ends
;;   start          | for each buffer `stride` bytes: struct perf_event_mmap_page in one page (u64 data_head at 1024; u64
;;                  | data_tail at 1032, which the pump writes), then the data
;;
;;   A record: u32 type, u16 misc, u16 size of the record. Then follow, in a sample (9), u32 size and the data, and in a record
;;   of lost ones (2), u64 id and u64 count. The size is always a multiple of 8 bytes.
(module
  (type $callback (func (param i32 i32 i32) (result i32)))
  (type $silent_callback (func (param i32 i32 i32)))

  (import "ring" "memory" (memory $ring 1 65536))
  (import "guest" "memory" (memory $guest 0))
  (import "guest" "table" (table $table 0 funcref))
  ;; The system's page size.
  (import "ring" "page" (global $page i32))
  ;; Bytes of data in one buffer, minus one.
  (import "ring" "mask" (global $mask i32))
  ;; The address of the first perf buffer, the distance between two, and their number.
  (import "ring" "start" (global $start i32))
  (import "ring" "stride" (global $stride i32))
  (import "ring" "count" (global $count i32))

  ;; The position at which the current walk ends. It is read again for each record, so that stop() needs no separate check.
  (global $end (mut i64) (i64.const 0))
  (global $stopped (mut i32) (i32.const 0))
  (global $lost (mut i64) (i64.const 0))
  (global $silent (mut (ref null $silent_callback)) (ref.null $silent_callback))
  (elem declare func $call_silent)

  ;; Ends the current walk after the running callback, and every later walk before its first record.
  (func (export "stop")
    (global.set $stopped (i32.const 1))
    (global.set $end (i64.const 0)))

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

  ;; Returns 1 when a committed record is available, and 0 when the caller may wait for one.
  ;;
  ;; After the kernel commits a record, it wakes a waiter only if the consumer position is exactly at that record. So each side
  ;; writes (the kernel the record's header, the pump the position), then reads the other's value, and at least one of them must
  ;; see the other's write. That needs a full barrier between the pump's store and its loads: the sequentially consistent store
  ;; here (an exchange on x86_64). $publish needs none, because this function always runs before a wait.
  (func (export "ring_pending") (result i32)
    (local $position i64)
    (local.set $position (i64.atomic.load $ring (i32.const 0)))
    (i64.atomic.store $ring (i32.const 0) (local.get $position))
    (if (i64.ge_u (local.get $position) (i64.atomic.load $ring (global.get $page))) (then (return (i32.const 0))))
    (i32.ge_s (i32.atomic.load $ring (call $ring_record (local.get $position))) (i32.const 0)))

  ;; Like ring_consume, for one perf buffer after another. Also counts lost records.
  (func (export "perf_consume")
    (param $callback i32) (param $context i32) (param $data i32) (param $max i32) (result i32)
    (local $function (ref null $callback))
    (local $index i32) (local $buffer i32) (local $delivered i32)
    (local $position i64) (local $record i32) (local $at i32) (local $size i32) (local $type i32) (local $status i32)
    (if (i32.eqz (call $in_guest (local.get $data) (local.get $max))) (then (return (i32.const -14))))
    (local.set $function (call $function (local.get $callback)))
    (if (ref.is_null (local.get $function)) (then (return (i32.const -22))))
    ;; Read the end of each buffer before the first callback. Later records belong to the next poll.
    (loop $heads
      (if (i32.lt_u (local.get $index) (global.get $count))
        (then
          (i64.store $ring
            (i32.shl (local.get $index) (i32.const 3))
            (i64.atomic.load $ring offset=1024 (call $perf_buffer (local.get $index))))
          (local.set $index (i32.add (local.get $index) (i32.const 1)))
          (br $heads))))
    (local.set $index (i32.const 0))
    (loop $buffers
      (if (i32.or (i32.ge_u (local.get $index) (global.get $count)) (global.get $stopped))
        (then (return (local.get $delivered))))
      (local.set $buffer (call $perf_buffer (local.get $index)))
      (global.set $end (i64.load $ring (i32.shl (local.get $index) (i32.const 3))))
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

  ;; Returns 1 when a record is available. It needs no barrier, because the kernel wakes after every record of a perf buffer.
  (func (export "perf_pending") (result i32)
    (local $index i32) (local $buffer i32)
    (loop $buffers
      (if (i32.ge_u (local.get $index) (global.get $count)) (then (return (i32.const 0))))
      (local.set $buffer (call $perf_buffer (local.get $index)))
      (if (i64.ne
            (i64.atomic.load $ring offset=1024 (local.get $buffer))
            (i64.load $ring offset=1032 (local.get $buffer)))
        (then (return (i32.const 1))))
      (local.set $index (i32.add (local.get $index) (i32.const 1)))
      (br $buffers))
    (unreachable))

  ;; Returns the number of records that the kernel dropped from perf buffers, up to the last delivery.
  (func (export "lost") (result f64)
    (f64.convert_i64_u (global.get $lost)))

  (func $perf_buffer (param $index i32) (result i32)
    (i32.add (global.get $start) (i32.mul (local.get $index) (global.get $stride))))

  ;; The address `offset` bytes after `at` in a perf buffer's data. It wraps at the end of the data.
  (func $perf_address (param $buffer i32) (param $at i32) (param $offset i32) (result i32)
    (i32.add
      (i32.add (local.get $buffer) (global.get $page))
      (i32.and (i32.add (local.get $at) (local.get $offset)) (global.get $mask))))

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

  ;; The address of the ring buffer's record at `position`.
  (func $ring_record (param $position i64) (result i32)
    (i32.add
      (i32.shl (global.get $page) (i32.const 1))
      (i32.and (i32.wrap_i64 (local.get $position)) (global.get $mask))))

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

  ;; Returns the space before `position` to the kernel. The kernel must not see this before the pump has read the record. On
  ;; x86_64 no store passes an earlier load, so a plain store suffices. A sequentially consistent one (an exchange: 2.2 ns by
  ;; itself on AMD Zen) costs 0.3 ns a record in this loop. For processors that reorder (arm64), scripts/build_wat.ts makes a
  ;; second module with i64.atomic.store here. Testing a flag here instead costs 0.6 ns.
  (func $publish (param $at i32) (param $position i64)
    (i64.store $ring (local.get $at) (local.get $position)))

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
)
