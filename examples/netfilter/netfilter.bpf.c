// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "netfilter.h"

#define NF_DROP 0
#define NF_ACCEPT 1

char LICENSE[] SEC("license") = "GPL";

const volatile __u8 dropped_protocol = 0;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} packets SEC(".maps");

/* The used members of the kernel's structs. All others would make the guest larger. */
struct net_device___used {
    int ifindex;
} __attribute__((preserve_access_index));

struct nf_hook_state___used {
    struct net_device___used *in;
} __attribute__((preserve_access_index));

struct bpf_nf_ctx___used {
    const struct nf_hook_state___used *state;
    struct sk_buff *skb;
} __attribute__((preserve_access_index));

static void report(const struct iphdr *ip, __u32 interface) {
    struct packet *packet = bpf_ringbuf_reserve(&packets, sizeof(*packet), 0);
    if (!packet) return; /* dropped all the same */
    __builtin_memcpy(packet->source, &ip->saddr, 4);
    __builtin_memcpy(packet->destination, &ip->daddr, 4);
    packet->size = bpf_ntohs(ip->tot_len);
    packet->interface = interface;
    bpf_ringbuf_submit(packet, 0);
}

SEC("netfilter")
int drop_protocol(struct bpf_nf_ctx___used *ctx) {
    struct bpf_dynptr packet;
    struct iphdr room;
    if (bpf_dynptr_from_skb((struct __sk_buff *)ctx->skb, 0, &packet) < 0) return NF_ACCEPT;
    const struct iphdr *ip = bpf_dynptr_slice(&packet, 0, &room, sizeof(room));
    if (!ip || ip->protocol != dropped_protocol) return NF_ACCEPT;
    report(ip, ctx->state->in->ifindex);
    return NF_DROP;
}
