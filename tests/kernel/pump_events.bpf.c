// SPDX-License-Identifier: MIT
// Sends exact numbers of events on demand. The argument of bpf_prog_test_run_opts() is a context of five u64:
//
//   0 the number of records
//   1 the bytes of each record: 8 to 4096
//   2 the number of the first record; each record begins with its number, u64
//   3 flags of bpf_ringbuf_submit(): 1 no wakeup, 2 forced wakeup
//   4 n: every n-th record is discarded instead of submitted; 0: none is discarded
//
// Each program returns the number of sent records, without discarded ones.

#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

#define MAX_SIZE 4096

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4 * 1024 * 1024);
} large_ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(int));
    __uint(value_size, sizeof(int));
} perf SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, int);
    __type(value, __u64[MAX_SIZE / 8]);
} scratch SEC(".maps");

struct run {
    struct bpf_raw_tracepoint_args *context;
    __u64 *scratch;
    __u64 size;
    __u64 number;
    __u64 flags;
    __u64 discard;
    __u64 sent;
};

static __always_inline int start(struct run *run, struct bpf_raw_tracepoint_args *context) {
    int zero = 0;

    run->context = context;
    run->scratch = bpf_map_lookup_elem(&scratch, &zero);
    run->size = context->args[1];
    run->number = context->args[2];
    run->flags = context->args[3];
    run->discard = context->args[4];
    run->sent = 0;
    return run->scratch && run->size <= MAX_SIZE;
}

static __always_inline long to_ring(void *map, struct run *run) {
    struct bpf_dynptr record;
    __u64 number = run->number++;

    if (bpf_ringbuf_reserve_dynptr(map, run->size, 0, &record)) {
        bpf_ringbuf_discard_dynptr(&record, 0);
        return 1;
    }
    bpf_dynptr_write(&record, 0, &number, sizeof(number), 0);
    if (run->discard && run->number % run->discard == 0) {
        bpf_ringbuf_discard_dynptr(&record, run->flags);
    } else {
        bpf_ringbuf_submit_dynptr(&record, run->flags);
        run->sent++;
    }
    return 0;
}

static long one_to_ring(__u64 index, struct run *run) {
    return to_ring(&ring, run);
}

static long one_to_large_ring(__u64 index, struct run *run) {
    return to_ring(&large_ring, run);
}

static long one_to_perf(__u64 index, struct run *run) {
    __u64 size = run->size;

    if (size > MAX_SIZE) return 1;
    run->scratch[0] = run->number++;
        // Fails when the buffer is full; the kernel then counts a lost record.
    if (bpf_perf_event_output(run->context, &perf, BPF_F_CURRENT_CPU, run->scratch, size) == 0) run->sent++;
    return 0;
}

SEC("raw_tp")
int emit_ring(struct bpf_raw_tracepoint_args *context) {
    struct run run;

    if (!start(&run, context)) return -1;
    bpf_loop(context->args[0], one_to_ring, &run, 0);
    return run.sent;
}

SEC("raw_tp")
int emit_large_ring(struct bpf_raw_tracepoint_args *context) {
    struct run run;

    if (!start(&run, context)) return -1;
    bpf_loop(context->args[0], one_to_large_ring, &run, 0);
    return run.sent;
}

SEC("raw_tp")
int emit_perf(struct bpf_raw_tracepoint_args *context) {
    struct run run;

    if (!start(&run, context)) return -1;
    bpf_loop(context->args[0], one_to_perf, &run, 0);
    return run.sent;
}

char LICENSE[] SEC("license") = "GPL";
