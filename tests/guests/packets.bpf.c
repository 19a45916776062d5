// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} sizes SEC(".maps");

SEC("socket")
int send_size(struct __sk_buff *skb) {
    __u32 size = skb->len;
    bpf_ringbuf_output(&sizes, &size, sizeof(size), 0);
    return 0;
}
