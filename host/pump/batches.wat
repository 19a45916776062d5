;; The part of the pump for version 2 of the ABI. It copies many records to the guest at once, into a room that the guest gives,
;; and calls the guest's function on each where it lies. See pump.wat.
;;
;; Sizes and positions are read from the kernel's pages and never from the guest's copy, which the guest can change.

(type $ring_sample (func (param ptr ptr ptr) (result i32)))
(type $perf_sample (func (param ptr i32 ptr i32)))
(type $perf_lost (func (param ptr i32 i64)))
(type $perf_event (func (param ptr i32 ptr) (result i32)))

;; A batch ends with the record that reaches this number of bytes. The callbacks then find the batch in the processor's first cache, and
;; the C library copies it in a loop of vector instructions: from 4 KiB on it may use the instruction for strings, which takes up to
;; twice as long on pages of 4 KiB. Half the size takes 7 % longer for records of 512 bytes.
(global $batch ptr (ptr.const 4000))
;; The same for perf buffers. The kernel's writes leave their pages outside of the second cache, so that fewer, longer copies pay.
(global $perf_batch ptr (ptr.const 4096))
;; The room begins at a multiple of 8 bytes. Batches lie at the same place of a cache line as in the ring, since copies to a line
;; and some bytes take up to 25 times as long (AMD Zen 4). The room needs as many bytes more.
(global $line ptr (ptr.const 64))
;; The bytes that the next record needs, when the last delivery ended because the room was too small; else 0.
(global $lacking (mut ptr) (ptr.const 0))
(global $delivered (mut i32) (i32.const 0))

;; Returns the room that the last delivery lacked, or 0.
(func (export "lacking") (result ptr)
  (global.get $lacking))

;; Returns the number of samples that the last delivery of perf buffers passed to the guest.
(func (export "delivered") (result i32)
  (global.get $delivered))

;; Delivers at most `limit` of the records that are committed now, through the `size` bytes at `room`. Calls
;; `callback(context, data, size)`. Returns their number, or the negative number that a callback returned, or -28 (EINVAL) when
;; `callback` has another type. A record is consumed when its callback has returned.
(func (export "ring_deliver")
  (param $callback ptr) (param $context ptr) (param $room ptr) (param $size ptr) (param $limit i32) (result i32)
  (local $found (ref null $ring_sample)) (local $function (ref $ring_sample))
  (local $position i64) (local $end i64) (local $base i64)
  (local $record ptr) (local $bytes ptr) (local $step ptr) (local $to_data ptr)
  (local $header i32) (local $usual i32) (local $status i32) (local $left i32)
  (global.set $lacking (ptr.const 0))
  (local.set $found (call $ring_sample (local.get $callback)))
  (if (ref.is_null (local.get $found)) (then (return (i32.const -28))))
  (local.set $function (ref.as_non_null (local.get $found)))
  (local.set $size (call $usable (local.get $size)))
  (local.set $left (local.get $limit))
  (local.set $step (ptr.const 8))
  (local.set $position (i64.atomic.load $ring (ptr.const 0)))
  (local.set $end (i64.atomic.load $ring (global.get $page)))
  (call $note_level (local.get $position) (local.get $end))
  (loop $batches
    (local.set $record (call $ring_record (local.get $position)))
    (local.set $bytes (ptr.const 0))
    (block $scanned
      (loop $scan
        (br_if $scanned
          (i64.ge_u
            (i64.add (local.get $position) (i64.extend_ptr_u (local.get $bytes)))
            (local.get $end)))
        ;; The kernel commits a record by an exchange of this word. Loads after this one see the whole record.
        (local.set $header (i32.atomic.load $ring (ptr.add (local.get $record) (local.get $bytes))))
        ;; The record is busy. The records after it wait too, to keep the order.
        (br_if $scanned (i32.lt_s (local.get $header) (i32.const 0)))
        ;; Most records have the size of the one before. The processor predicts this branch, and then need not wait for the header
        ;; to find the next one, which saves 1 ns a record.
        (if (i32.ne (local.get $header) (local.get $usual))
          (then
            (local.set $usual (local.get $header))
            (local.set $step (call $ring_step (local.get $header)))))
        (if (ptr.gt_u (ptr.add (local.get $bytes) (local.get $step)) (local.get $size))
          (then
            (if (i32.and (ptr.eqz (local.get $bytes)) (i32.eq (local.get $left) (local.get $limit)))
              (then (call $lack (local.get $step))))
            (br $scanned)))
        (local.set $bytes (ptr.add (local.get $bytes) (local.get $step)))
        (br_if $scan (ptr.lt_u (local.get $bytes) (global.get $batch)))))
    (if (ptr.eqz (local.get $bytes)) (then (return (i32.sub (local.get $limit) (local.get $left)))))
    (local.set $to_data
      (ptr.sub
        (call $aligned (local.get $room) (local.get $record))
        (local.get $record)))
    (memory.copy $guest $ring
      (ptr.add (local.get $record) (local.get $to_data))
      (local.get $record)
      (local.get $bytes))
    (local.set $to_data (ptr.add (local.get $to_data) (ptr.const 8)))
    (local.set $base (i64.sub (local.get $position) (i64.extend_ptr_u (local.get $record))))
    (global.set $end (i64.add (local.get $position) (i64.extend_ptr_u (local.get $bytes))))
    (loop $next
      (local.set $header (i32.load $ring (local.get $record)))
      (if (i32.ne (local.get $header) (local.get $usual))
        (then
          (local.set $usual (local.get $header))
          (local.set $step (call $ring_step (local.get $header)))))
      (if (i32.and (local.get $header) (i32.const 0x40000000))
        (then
          (local.set $record (ptr.add (local.get $record) (local.get $step))))
        (else
          (local.set $status
            (call_ref $ring_sample
              (local.get $context)
              (ptr.add (local.get $record) (local.get $to_data))
              (ptr.extend_i32_u (local.get $header))
              (local.get $function)))
          (local.set $record (ptr.add (local.get $record) (local.get $step)))
          (if (i32.lt_s (local.get $status) (i32.const 0))
            (then
              (call $publish
                (ptr.const 0)
                (i64.add (local.get $base) (i64.extend_ptr_u (local.get $record))))
              (return (local.get $status))))
          (local.set $left (i32.sub (local.get $left) (i32.const 1)))))
      (local.set $position (i64.add (local.get $base) (i64.extend_ptr_u (local.get $record))))
      (call $publish (ptr.const 0) (local.get $position))
      (br_if $next
        (i32.and
          (i64.lt_u (local.get $position) (global.get $end))
          (i32.ne (local.get $left) (i32.const 0)))))
    (br_if $batches (i32.eqz (i32.or (global.get $stopped) (i32.eqz (local.get $left))))))
  (i32.sub (local.get $limit) (local.get $left)))

;; The bytes of a room of `size` bytes that a batch may have.
(func $usable (param $size ptr) (result ptr)
  (ptr.sub (call $most (local.get $size) (global.get $line)) (global.get $line)))

;; The place in the room for bytes from this address.
(func $aligned (param $room ptr) (param $from ptr) (result ptr)
  (ptr.add
    (local.get $room)
    (ptr.and
      (ptr.sub (local.get $from) (local.get $room))
      (ptr.sub (global.get $line) (ptr.const 1)))))

;; Notes the size of a record for which the room is too small.
(func $lack (param $size ptr)
  (global.set $lacking (ptr.add (local.get $size) (global.get $line))))

;; The bytes of a ring buffer's record with this header, and of the padding after it.
(func $ring_step (param $header i32) (result ptr)
  (ptr.extend_i32_u
    (i32.and
      (i32.add (i32.and (local.get $header) (i32.const 0x3fffffff)) (i32.const 15))
      (i32.const -8))))

;; Delivers the records of perf buffers `first` up to `last`, as many as are there now, through the `size` bytes at `room`. Calls
;; `sample(context, cpu, data, size)` and `lost(context, cpu, count)`; a callback that is 0 is not called. If `event` is not 0, it
;; gets each whole record instead: `event(context, cpu, record)`. When that does not return -2 (LIBBPF_PERF_EVENT_CONT), its
;; buffer's delivery ends, and with another number than 0 the whole delivery. Returns the number of buffers that had records, or the
;; number that ended the delivery, or -28 (EINVAL) when a callback has another type.
(func (export "perf_deliver")
  (param $sample ptr) (param $lost ptr) (param $event ptr) (param $context ptr)
  (param $room ptr) (param $size ptr) (param $first i32) (param $last i32) (result i32)
  (local $on_sample (ref null $perf_sample)) (local $on_lost (ref null $perf_lost)) (local $on_event (ref null $perf_event))
  (local $only_sample i32) (local $found i32) (local $cpu i32) (local $status i32)
  (local $position i64) (local $end i64) (local $header i64)
  (local $buffer ptr) (local $at ptr) (local $bytes ptr) (local $offset ptr) (local $length ptr) (local $batch ptr)
  (global.set $lacking (ptr.const 0))
  (global.set $delivered (i32.const 0))
  (local.set $on_sample (call $perf_sample (local.get $sample)))
  (local.set $on_lost (call $perf_lost (local.get $lost)))
  (local.set $on_event (call $perf_event (local.get $event)))
  (if (i32.or
        (i32.or
          (call $unfit (local.get $sample) (ref.is_null (local.get $on_sample)))
          (call $unfit (local.get $lost) (ref.is_null (local.get $on_lost))))
        (call $unfit (local.get $event) (ref.is_null (local.get $on_event))))
    (then (return (i32.const -28))))
  ;; Samples go straight to their callback. Other records, and samples without such a callback, go through $other.
  (local.set $only_sample
    (i32.and (ref.is_null (local.get $on_event)) (i32.eqz (ref.is_null (local.get $on_sample)))))
  (local.set $size (call $usable (local.get $size)))
  (call $read_heads (local.get $first) (local.get $last))
  (loop $buffers
    (if (i32.or (i32.ge_u (local.get $first) (local.get $last)) (global.get $stopped))
      (then (return (local.get $found))))
    (local.set $buffer (call $perf_buffer (local.get $first)))
    (local.set $end (i64.load $ring (call $perf_notes (local.get $first))))
    (local.set $cpu (i32.load $ring offset=8 (call $perf_notes (local.get $first))))
    (local.set $first (i32.add (local.get $first) (i32.const 1)))
    (local.set $position (i64.load $ring offset=1032 (local.get $buffer)))
    (br_if $buffers (i64.ge_u (local.get $position) (local.get $end)))
    (local.set $found (i32.add (local.get $found) (i32.const 1)))
    (loop $batches
      (local.set $at (ptr.and (ptr.wrap_i64 (local.get $position)) (global.get $mask)))
      (local.set $length
        (call $perf_length
          (i64.load $ring (call $perf_address (local.get $buffer) (local.get $at) (ptr.const 0)))))
      ;; No record ends behind the last one, so these are not the kernel's pages. This loop would not end.
      (if (i64.gt_u (i64.extend_ptr_u (local.get $length)) (i64.sub (local.get $end) (local.get $position)))
        (then (unreachable)))
      (if (ptr.gt_u (local.get $length) (local.get $size))
        (then
          (if (i32.eqz (global.get $delivered)) (then (call $lack (local.get $length))))
          (return (local.get $found))))
      (local.set $bytes
        (call $least
          (call $least
            (ptr.wrap_i64 (i64.sub (local.get $end) (local.get $position)))
            (local.get $size))
          (call $most (local.get $length) (global.get $perf_batch))))
      (local.set $batch (call $aligned (local.get $room) (local.get $at)))
      (call $copy_batch (local.get $batch) (local.get $buffer) (local.get $at) (local.get $bytes))
      (local.set $offset (ptr.const 0))
      (global.set $end (local.get $end))
      (block $copied
        (loop $next
          (local.set $header
            (i64.load $ring (call $perf_address (local.get $buffer) (local.get $at) (local.get $offset))))
          (local.set $length (call $perf_length (local.get $header)))
          ;; The last record of the batch may be copied only in part.
          (br_if $copied (ptr.gt_u (ptr.add (local.get $offset) (local.get $length)) (local.get $bytes)))
          (local.set $position (i64.add (local.get $position) (i64.extend_ptr_u (local.get $length))))
          (if (i32.and (local.get $only_sample) (i32.eq (i32.wrap_i64 (local.get $header)) (i32.const 9)))
            (then
              (global.set $delivered (i32.add (global.get $delivered) (i32.const 1)))
              ;; The data follows the header and its size, and fills the record.
              (call_ref $perf_sample
                (local.get $context)
                (local.get $cpu)
                (ptr.add (local.get $batch) (ptr.add (local.get $offset) (ptr.const 12)))
                (i32.sub (call $to_i32 (local.get $length)) (i32.const 12))
                (ref.as_non_null (local.get $on_sample))))
            (else
              (local.set $status
                (call $other
                  (local.get $on_lost) (local.get $on_event) (local.get $context) (local.get $cpu)
                  (i32.wrap_i64 (local.get $header))
                  (ptr.add (local.get $batch) (local.get $offset))
                  (call $perf_address
                    (local.get $buffer)
                    (ptr.add (local.get $at) (local.get $offset))
                    (ptr.const 16))))
              (if (i32.ne (local.get $status) (i32.const -2))
                (then
                  (call $publish (ptr.add (local.get $buffer) (ptr.const 1032)) (local.get $position))
                  (if (local.get $status) (then (return (local.get $status))))
                  (br $buffers)))))
          (local.set $offset (ptr.add (local.get $offset) (local.get $length)))
          (br_if $next (i64.lt_u (local.get $position) (global.get $end)))))
      ;; Like libbpf, the pump gives back the space of many records at once: the kernel reads this position on other processors.
      (call $publish (ptr.add (local.get $buffer) (ptr.const 1032)) (local.get $position))
      (br_if $batches (i64.lt_u (local.get $position) (global.get $end))))
    (br $buffers))
  (unreachable))

;; Handles a perf record of this type. `event` gets it, if there is one, at `record` in the guest's memory. Otherwise samples are
;; only counted; `lost` gets the number of lost records, which is in $ring at `count`. Returns the result of `event`, or -2, or -1
;; (LIBBPF_PERF_EVENT_ERROR) for an unknown type, as libbpf does.
(func $other
  (param $lost (ref null $perf_lost)) (param $event (ref null $perf_event))
  (param $context ptr) (param $cpu i32) (param $type i32) (param $record ptr) (param $count ptr)
  (result i32)
  (if (i32.eq (local.get $type) (i32.const 9))
    (then (global.set $delivered (i32.add (global.get $delivered) (i32.const 1)))))
  (if (i32.eq (local.get $type) (i32.const 2))
    (then (global.set $lost (i64.add (global.get $lost) (i64.load $ring (local.get $count))))))
  (if (i32.eqz (ref.is_null (local.get $event)))
    (then
      (return
        (call_ref $perf_event
          (local.get $context) (local.get $cpu) (local.get $record)
          (ref.as_non_null (local.get $event))))))
  (if (i32.eq (local.get $type) (i32.const 9)) (then (return (i32.const -2))))
  (if (i32.ne (local.get $type) (i32.const 2)) (then (return (i32.const -1))))
  (if (i32.eqz (ref.is_null (local.get $lost)))
    (then
      (call_ref $perf_lost
        (local.get $context)
        (local.get $cpu)
        (i64.load $ring (local.get $count))
        (ref.as_non_null (local.get $lost)))))
  (i32.const -2))

;; The size of the perf record with this header.
(func $perf_length (param $header i64) (result ptr)
  (local.set $header (i64.shr_u (local.get $header) (i64.const 48)))
  ;; No record is shorter than its header, so these are not the kernel's pages.
  (if (i64.lt_u (local.get $header) (i64.const 8)) (then (unreachable)))
  (ptr.wrap_i64 (local.get $header)))

;; A size as i32.
(func $to_i32 (param $size ptr) (result i32)
  (i32.wrap_i64 (i64.extend_ptr_u (local.get $size))))

;; Copies `size` bytes from `at` in a perf buffer's data, which wraps at its end.
(func $copy_batch (param $to ptr) (param $buffer ptr) (param $at ptr) (param $size ptr)
  (local $first ptr)
  (local.set $buffer (ptr.add (local.get $buffer) (global.get $page)))
  (local.set $first
    (call $least (local.get $size) (ptr.sub (ptr.add (global.get $mask) (ptr.const 1)) (local.get $at))))
  (memory.copy $guest $ring
    (local.get $to)
    (ptr.add (local.get $buffer) (local.get $at))
    (local.get $first))
  (if (ptr.ne (local.get $first) (local.get $size))
    (then
      (memory.copy $guest $ring
        (ptr.add (local.get $to) (local.get $first))
        (local.get $buffer)
        (ptr.sub (local.get $size) (local.get $first))))))

(func $least (param $a ptr) (param $b ptr) (result ptr)
  (select (local.get $a) (local.get $b) (ptr.lt_u (local.get $a) (local.get $b))))

(func $most (param $a ptr) (param $b ptr) (result ptr)
  (select (local.get $a) (local.get $b) (ptr.gt_u (local.get $a) (local.get $b))))

;; The function at `index` of the guest's table; null if there is none.
(func $entry (param $index ptr) (result funcref)
  (if (ptr.ge_u (local.get $index) (table.size $table)) (then (return (ref.null func))))
  (table.get $table (local.get $index)))

;; The types are checked once for each delivery, so that the call for each record needs no check (call_indirect takes 0.4 ns more).
(func $ring_sample (param $index ptr) (result (ref null $ring_sample))
  (local $entry funcref)
  (local.set $entry (call $entry (local.get $index)))
  (if (ref.test (ref $ring_sample) (local.get $entry))
    (then (return (ref.cast (ref $ring_sample) (local.get $entry)))))
  (ref.null $ring_sample))

(func $perf_sample (param $index ptr) (result (ref null $perf_sample))
  (local $entry funcref)
  (local.set $entry (call $entry (local.get $index)))
  (if (ref.test (ref $perf_sample) (local.get $entry))
    (then (return (ref.cast (ref $perf_sample) (local.get $entry)))))
  (ref.null $perf_sample))

(func $perf_lost (param $index ptr) (result (ref null $perf_lost))
  (local $entry funcref)
  (local.set $entry (call $entry (local.get $index)))
  (if (ref.test (ref $perf_lost) (local.get $entry))
    (then (return (ref.cast (ref $perf_lost) (local.get $entry)))))
  (ref.null $perf_lost))

(func $perf_event (param $index ptr) (result (ref null $perf_event))
  (local $entry funcref)
  (local.set $entry (call $entry (local.get $index)))
  (if (ref.test (ref $perf_event) (local.get $entry))
    (then (return (ref.cast (ref $perf_event) (local.get $entry)))))
  (ref.null $perf_event))

;; Returns 1 for a callback that is named and was not found with its type.
(func $unfit (param $index ptr) (param $missing i32) (result i32)
  (i32.and (ptr.ne (local.get $index) (ptr.const 0)) (local.get $missing)))
