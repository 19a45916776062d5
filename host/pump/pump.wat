;; The event pump. It delivers records of the kernel's ring and perf buffers to a guest's callback without leaving WebAssembly.
;;
;; It has two memories. $ring is its own: its size is fixed, and ffi/ maps the kernel's pages over it. $guest is the guest's
;; memory, which may grow at any time. The callback is an entry of the guest's table. One instance serves one ring buffer, or the
;; perf buffers of all CPUs.
;;
;; scripts/build_wat.ts makes two modules of this file: one with records.wat, for version 1 of the ABI, and one with batches.wat,
;; for version 2. It replaces the type `ptr`, that of the guest's pointers, by i32 or i64, and assembles the modules into *_bytes.ts.
;; Both memories have addresses of that type, since binaryen cannot copy between memories of different types.
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
;;   0              | for each buffer 16 bytes, which only the pump uses: u64 the position at which this poll ends, u32 the CPU
;;   start          | for each buffer `stride` bytes: struct perf_event_mmap_page in one page (u64 data_head at 1024; u64
;;                  | data_tail at 1032, which the pump writes), then the data
;;
;;   A record: u32 type, u16 misc, u16 size of the record. Then follow, in a sample (9), u32 size and the data, and in a record
;;   of lost ones (2), u64 id and u64 count. The size is always a multiple of 8 bytes.

(import "ring" "memory" (memory $ring ptr 1 65536))
(import "guest" "memory" (memory $guest ptr 0))
(import "guest" "table" (table $table ptr 0 funcref))
;; The system's page size.
(import "ring" "page" (global $page ptr))
;; Bytes of data in one buffer, minus one.
(import "ring" "mask" (global $mask ptr))
;; The address of the first perf buffer, the distance between two, and their number.
(import "ring" "start" (global $start ptr))
(import "ring" "stride" (global $stride ptr))
(import "ring" "count" (global $count i32))

;; The position at which the current walk ends. It is read again for each record, so that stop() needs no separate check.
(global $end (mut i64) (i64.const 0))
(global $stopped (mut i32) (i32.const 0))
(global $lost (mut i64) (i64.const 0))
;; The most bytes that a poll found in a buffer when it began.
(global $high_water (mut i64) (i64.const 0))

;; Ends the current walk after the running callback, and every later walk before its first record.
(func (export "stop")
  (global.set $stopped (i32.const 1))
  (global.set $end (i64.const 0)))

;; Returns 1 when a committed record is available, and 0 when the caller may wait for one.
;;
;; After the kernel commits a record, it wakes a waiter only if the consumer position is exactly at that record. So each side
;; writes (the kernel the record's header, the pump the position), then reads the other's value, and at least one of them must
;; see the other's write. That needs a full barrier between the pump's store and its loads: the sequentially consistent store
;; here (an exchange on x86_64). $publish needs none, because this function always runs before a wait.
(func (export "ring_pending") (result i32)
  (local $position i64)
  (local.set $position (i64.atomic.load $ring (ptr.const 0)))
  (i64.atomic.store $ring (ptr.const 0) (local.get $position))
  (if (i64.ge_u (local.get $position) (i64.atomic.load $ring (global.get $page))) (then (return (i32.const 0))))
  (i32.ge_s (i32.atomic.load $ring (call $ring_record (local.get $position))) (i32.const 0)))

;; Returns 1 when a record is available. It needs no barrier, because the kernel wakes after every record of a perf buffer.
(func (export "perf_pending") (result i32)
  (local $index i32) (local $buffer ptr)
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

;; Returns the most bytes that were in the ring, or in one perf buffer, when a poll began.
(func (export "high_water") (result f64)
  (f64.convert_i64_u (global.get $high_water)))

;; Records the number of bytes between two positions of a buffer.
(func $note_level (param $from i64) (param $to i64)
  (local $bytes i64)
  (local.set $bytes (i64.sub (local.get $to) (local.get $from)))
  (if (i64.gt_u (local.get $bytes) (global.get $high_water)) (then (global.set $high_water (local.get $bytes)))))

(func $perf_buffer (param $index i32) (result ptr)
  (ptr.add (global.get $start) (ptr.mul (ptr.extend_i32_u (local.get $index)) (global.get $stride))))

;; The address of the 16 bytes for a perf buffer that only the pump uses.
(func $perf_notes (param $index i32) (result ptr)
  (ptr.extend_i32_u (i32.shl (local.get $index) (i32.const 4))))

;; Reads the end of each perf buffer from `first` up to `last`. Records that come later belong to the next poll.
(func $read_heads (param $first i32) (param $last i32)
  (local $buffer ptr) (local $head i64)
  (loop $next
    (if (i32.lt_u (local.get $first) (local.get $last))
      (then
        (local.set $buffer (call $perf_buffer (local.get $first)))
        (local.set $head (i64.atomic.load $ring offset=1024 (local.get $buffer)))
        (call $note_level (i64.load $ring offset=1032 (local.get $buffer)) (local.get $head))
        (i64.store $ring (call $perf_notes (local.get $first)) (local.get $head))
        (local.set $first (i32.add (local.get $first) (i32.const 1)))
        (br $next)))))

;; The address `offset` bytes after `at` in a perf buffer's data. It wraps at the end of the data.
(func $perf_address (param $buffer ptr) (param $at ptr) (param $offset ptr) (result ptr)
  (ptr.add
    (ptr.add (local.get $buffer) (global.get $page))
    (ptr.and (ptr.add (local.get $at) (local.get $offset)) (global.get $mask))))

;; The address of the ring buffer's record at `position`.
(func $ring_record (param $position i64) (result ptr)
  (ptr.add
    (ptr.shl (global.get $page) (ptr.const 1))
    (ptr.and (ptr.wrap_i64 (local.get $position)) (global.get $mask))))

;; Returns the space before `position` to the kernel. The kernel must not see this before the pump has read the record. On
;; x86_64 no store passes an earlier load, so a plain store suffices. A sequentially consistent one (an exchange: 2.2 ns by
;; itself on AMD Zen) costs 0.3 ns a record in this loop. For processors that reorder (arm64), scripts/build_wat.ts makes a
;; second module with i64.atomic.store here. Testing a flag here instead costs 0.6 ns.
(func $publish (param $at ptr) (param $position i64)
  (i64.store $ring (local.get $at) (local.get $position)))
