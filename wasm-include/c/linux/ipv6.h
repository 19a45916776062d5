// SPDX-License-Identifier: MIT
/* The IPv6 header. */
#ifndef WASM_BPF_LINUX_IPV6_H
#define WASM_BPF_LINUX_IPV6_H

#include <linux/in6.h>
#include <linux/types.h>

struct ipv6hdr {
    __u8 priority : 4, version : 4;
    __u8 flow_lbl[3];
    __be16 payload_len;
    __u8 nexthdr;
    __u8 hop_limit;
    struct in6_addr saddr;
    struct in6_addr daddr;
};

#endif /* WASM_BPF_LINUX_IPV6_H */
