// SPDX-License-Identifier: MIT
/* Apart from the other maps, because kernels before Linux 5.16 refuse it. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
    __uint(max_entries, 8);
    __type(value, __u64);
} bloom SEC(".maps");
