// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "xdp.h"

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd
#define IPPROTO_ICMPV6 58

char LICENSE[] SEC("license") = "GPL";

/* Each CPU has its own counters, so that no CPU waits for another. The guest adds them up. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, KIND_COUNT);
    __type(key, __u32);
    __type(value, struct traffic);
} traffic SEC(".maps");

static __u32 kind_of(void *data, void *end) {
    struct ethhdr *ethernet = data;
    __u8 protocol;
    if ((void *)(ethernet + 1) > end) return KIND_OTHER;
    if (ethernet->h_proto == bpf_htons(ETH_P_IP)) {
        struct iphdr *ip = (void *)(ethernet + 1);
        if ((void *)(ip + 1) > end) return KIND_OTHER;
        protocol = ip->protocol;
    } else if (ethernet->h_proto == bpf_htons(ETH_P_IPV6)) {
        struct ipv6hdr *ip = (void *)(ethernet + 1);
        if ((void *)(ip + 1) > end) return KIND_OTHER;
        protocol = ip->nexthdr;
    } else {
        return KIND_OTHER;
    }
    switch (protocol) {
    case IPPROTO_TCP: return KIND_TCP;
    case IPPROTO_UDP: return KIND_UDP;
    case IPPROTO_ICMP:
    case IPPROTO_ICMPV6: return KIND_ICMP;
    default: return KIND_OTHER;
    }
}

SEC("xdp")
int count_packet(struct xdp_md *ctx) {
    void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
    __u32 kind = kind_of(data, end);
    struct traffic *counted = bpf_map_lookup_elem(&traffic, &kind);
    if (counted) {
        counted->packets++;
        counted->bytes += end - data;
    }
    return XDP_PASS;
}
