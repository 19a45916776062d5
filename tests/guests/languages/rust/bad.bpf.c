// SPDX-License-Identifier: MIT
/* A program that the verifier refuses, and one that does not exist for the kernel. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} numbers SEC(".maps");

/* Uses a value that may be missing. */
SEC("raw_tp/sys_enter")
int careless(void *ctx) {
    __u32 key = 0;
    __u64 *value = bpf_map_lookup_elem(&numbers, &key);
    return *value;
}

SEC("raw_tp/no_such_point")
int nowhere(void *ctx) {
    return 0;
}

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} events SEC(".maps");

SEC("syscall")
int fill(void *ctx) {
    __u64 number = 1;
    bpf_ringbuf_output(&events, &number, sizeof(number), 0);
    return 0;
}
