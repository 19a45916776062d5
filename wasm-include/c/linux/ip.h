// SPDX-License-Identifier: MIT
/* The IPv4 header. */
#ifndef WASM_BPF_LINUX_IP_H
#define WASM_BPF_LINUX_IP_H

#include <linux/types.h>

#define IPVERSION 4
#define MAXTTL 255
#define IPDEFTTL 64

struct iphdr {
    __u8 ihl : 4, version : 4;
    __u8 tos;
    __be16 tot_len;
    __be16 id;
    __be16 frag_off;
    __u8 ttl;
    __u8 protocol;
    __sum16 check;
    __be32 saddr;
    __be32 daddr;
};

#endif /* WASM_BPF_LINUX_IP_H */
