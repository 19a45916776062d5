// SPDX-License-Identifier: MIT
/* Sends a record for each getpgid(MAGIC) of any process. Numbers the records in the ring, and counts dropped ones. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define MAGIC 0x7a5b9f

enum { PRODUCED, KEPT, DROPPED, COUNTERS };

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, COUNTERS);
    __type(key, __u32);
    __type(value, __u64);
} counters SEC(".maps");

static __u64 count(__u32 which) {
    __u64 *counter = bpf_map_lookup_elem(&counters, &which);
    return counter ? __sync_fetch_and_add(counter, 1) : 0;
}

SEC("tp/syscalls/sys_enter_getpgid")
int on_getpgid(struct trace_event_raw_sys_enter *ctx) {
    if (ctx->args[0] != MAGIC) return 0;
    __u64 *record = bpf_ringbuf_reserve(&ring, 32, 0);
    if (record) {
        record[0] = count(KEPT);
        bpf_ringbuf_submit(record, 0);
    } else {
        count(DROPPED);
    }
    count(PRODUCED);
    return 0;
}
