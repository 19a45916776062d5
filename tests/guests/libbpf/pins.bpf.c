// SPDX-License-Identifier: MIT
/* A map and a program, which a guest pins. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, __u32);
    __type(value, __u64);
} counts SEC(".maps");

SEC("tp/syscalls/sys_enter_getpgid")
int on_getpgid(void *context) {
    return 0;
}
