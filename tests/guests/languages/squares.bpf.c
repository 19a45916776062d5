// SPDX-License-Identifier: MIT
/* Sends five records when the guest requests them. The guests of all languages use it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

#define RECORDS 5
#define SECRET 0
#define REQUEST 1

char LICENSE[] SEC("license") = "GPL";

struct square {
    __u32 number;
    __u32 padding;
    __u64 square;
};

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

/* The same squares by number. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, RECORDS);
    __type(key, __u32);
    __type(value, __u64);
} squares SEC(".maps");

/* The guest sets SECRET to a random number. When it writes this number to REQUEST, the program sends the records. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u64);
} control SEC(".maps");

/* The first members of union bpf_attr for BPF_MAP_UPDATE_ELEM. */
struct update_attr {
    __u32 map_fd;
    __u32 padding;
    __u64 key;
    __u64 value;
};

SEC("tp/syscalls/sys_enter_bpf")
int on_bpf(struct trace_event_raw_sys_enter *ctx) {
    __u32 key = SECRET;
    __u64 value;
    struct update_attr attr;
    const __u64 *secret = bpf_map_lookup_elem(&control, &key);

    if (!secret || *secret == 0 || ctx->args[0] != BPF_MAP_UPDATE_ELEM) return 0;
    if (bpf_probe_read_user(&attr, sizeof(attr), (void *)ctx->args[1]) < 0) return 0;
    if (bpf_probe_read_user(&value, sizeof(value), (void *)attr.value) < 0 || value != *secret) return 0;
    for (__u32 i = 0; i < RECORDS; i++) {
        struct square square = {.number = i, .square = (__u64)i * i};
        bpf_map_update_elem(&squares, &square.number, &square.square, BPF_ANY);
        bpf_ringbuf_output(&events, &square, sizeof(square), 0);
    }
    return 0;
}
