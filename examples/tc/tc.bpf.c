// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "tc.h"

#define ETH_P_IP 0x0800
#define ETH_P_IPV6 0x86dd

char LICENSE[] SEC("license") = "GPL";

const volatile __u16 blocked_port = 0;

/* The guest reads it where it lies. */
struct traffic dropped;

/* The length of the IP header, or 0 for a packet that is neither TCP nor UDP. Extension headers of IPv6 are not followed. */
static __u32 length_to_ports(struct __sk_buff *skb) {
    __u32 length = 0;
    __u8 protocol = 0;
    if (skb->protocol == bpf_htons(ETH_P_IP)) {
        struct iphdr ip;
        if (bpf_skb_load_bytes_relative(skb, 0, &ip, sizeof(ip), BPF_HDR_START_NET) < 0) return 0;
        if (ip.frag_off & bpf_htons(0x1fff)) return 0; /* only the first fragment has the ports */
        protocol = ip.protocol;
        length = ip.ihl * 4;
    } else if (skb->protocol == bpf_htons(ETH_P_IPV6)) {
        struct ipv6hdr ip;
        if (bpf_skb_load_bytes_relative(skb, 0, &ip, sizeof(ip), BPF_HDR_START_NET) < 0) return 0;
        protocol = ip.nexthdr;
        length = sizeof(ip);
    }
    return protocol == IPPROTO_TCP || protocol == IPPROTO_UDP ? length : 0;
}

SEC("tcx/egress")
int drop_to_port(struct __sk_buff *skb) {
    __be16 ports[2]; /* source and destination, the first members of both headers */
    __u32 length = length_to_ports(skb);
    if (length == 0) return TCX_NEXT;
    if (bpf_skb_load_bytes_relative(skb, length, ports, sizeof(ports), BPF_HDR_START_NET) < 0) return TCX_NEXT;
    if (ports[1] != bpf_htons(blocked_port)) return TCX_NEXT;
    __sync_fetch_and_add(&dropped.packets, 1);
    __sync_fetch_and_add(&dropped.bytes, skb->len);
    return TCX_DROP;
}
