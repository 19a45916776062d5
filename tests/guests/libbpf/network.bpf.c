// SPDX-License-Identifier: MIT
/* Programs of the network, and maps whose values are descriptors. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
};

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u32);
} tails SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, __u32);
    __array(values, struct inner);
} outer SEC(".maps");

SEC("socket")
int tail(struct __sk_buff *skb) {
    return 7;
}

SEC("socket")
int jump(struct __sk_buff *skb) {
    bpf_tail_call(skb, &tails, 1);
    return 3;
}

SEC("tc")
int classify(struct __sk_buff *skb) {
    return -1;
}

SEC("xdp")
int pass(struct xdp_md *context) {
    return XDP_PASS;
}

SEC("cgroup_skb/egress")
int egress(struct __sk_buff *skb) {
    return 1;
}
