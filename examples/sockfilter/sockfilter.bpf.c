// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "sockfilter.h"

#define ETH_P_IP 0x0800
#define PACKET_OUTGOING 4

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} packets SEC(".maps");

/* Returns 0, the number of bytes that the socket gets, because the guest reads the ring and not the socket. */
SEC("socket")
int read_packet(struct __sk_buff *skb) {
    struct iphdr ip;
    /* On the loopback device a socket sees each packet twice, once on its way out. */
    if (skb->pkt_type == PACKET_OUTGOING || skb->protocol != bpf_htons(ETH_P_IP)) return 0;
    if (bpf_skb_load_bytes_relative(skb, 0, &ip, sizeof(ip), BPF_HDR_START_NET) < 0) return 0;

    struct packet *packet = bpf_ringbuf_reserve(&packets, sizeof(*packet), 0);
    if (!packet) return 0;
    __builtin_memcpy(packet->source, &ip.saddr, 4);
    __builtin_memcpy(packet->destination, &ip.daddr, 4);
    packet->size = bpf_ntohs(ip.tot_len);
    packet->protocol = ip.protocol;
    packet->source_port = 0;
    packet->destination_port = 0;

    __be16 ports[2]; /* at the same place in TCP and UDP; only a first fragment has them */
    bool first_fragment = (bpf_ntohs(ip.frag_off) & 0x1fff) == 0;
    if ((ip.protocol == IPPROTO_TCP || ip.protocol == IPPROTO_UDP) && first_fragment &&
        bpf_skb_load_bytes_relative(skb, ip.ihl * 4, ports, sizeof(ports), BPF_HDR_START_NET) == 0) {
        packet->source_port = bpf_ntohs(ports[0]);
        packet->destination_port = bpf_ntohs(ports[1]);
    }
    bpf_ringbuf_submit(packet, 0);
    return 0;
}
