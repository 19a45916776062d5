// SPDX-License-Identifier: MIT
/* Programs and maps for calls that fail. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 2);
    __type(key, int);
    __type(value, long);
} small SEC(".maps");

SEC("raw_tp/sys_enter")
int fine(void *ctx) {
    return 0;
}

SEC("uprobe")
int without_target(void *ctx) {
    return 0;
}

SEC("kprobe/no_such_function_of_the_kernel")
int without_function(void *ctx) {
    return 0;
}

/* The verifier refuses it. */
SEC("?raw_tp/sys_enter")
int refused(void *ctx) {
    return *(volatile int *)0;
}
