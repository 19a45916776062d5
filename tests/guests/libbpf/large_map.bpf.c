// SPDX-License-Identifier: MIT
/* A map whose size the guest chooses. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __uint(key_size, sizeof(int));
    __uint(value_size, 1 << 20);
} stays_large SEC(".maps");

SEC("tp/syscalls/sys_enter_getpgid")
int stays_reader(void *ctx) {
    __u32 zero = 0;
    return bpf_map_lookup_elem(&stays_large, &zero) != 0;
}
