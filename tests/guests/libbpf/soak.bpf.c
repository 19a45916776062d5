// SPDX-License-Identifier: MIT
/* Sends a numbered record through a ring buffer and one through a perf buffer for each getpgid(magic). */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <wasm_bpf/ringbuf.bpf.h>
#include "soak.h"

char LICENSE[] SEC("license") = "GPL";

const volatile unsigned long magic;

COUNTED_RINGBUF(ring, 1 << 20);

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(int));
    __uint(value_size, sizeof(int));
} perf SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} numbers SEC(".maps");

SEC("tp/syscalls/sys_enter_getpgid")
int on_getpgid(struct trace_event_raw_sys_enter *ctx) {
    __u32 zero = 0;
    __u64 *number = bpf_map_lookup_elem(&numbers, &zero);
    if (!number || ctx->args[0] != magic) return 0;
    struct event event = {.cpu = bpf_get_smp_processor_id(), .number = (*number)++};
    struct event *reserved = counted_ringbuf_reserve(ring, sizeof(event));
    if (reserved) {
        *reserved = event;
        bpf_ringbuf_submit(reserved, 0);
    }
    bpf_perf_event_output(ctx, &perf, BPF_F_CURRENT_CPU, &event, sizeof(event));
    return 0;
}
