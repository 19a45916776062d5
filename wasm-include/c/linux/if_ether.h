// SPDX-License-Identifier: MIT
/* Ethernet frames. */
#ifndef WASM_BPF_LINUX_IF_ETHER_H
#define WASM_BPF_LINUX_IF_ETHER_H

#include <linux/types.h>

#define ETH_ALEN 6        /* bytes of an address */
#define ETH_TLEN 2        /* bytes of a protocol number */
#define ETH_HLEN 14       /* bytes of a header */
#define ETH_ZLEN 60       /* bytes of the shortest frame, without its checksum */
#define ETH_DATA_LEN 1500 /* bytes of the longest payload */
#define ETH_FRAME_LEN 1514
#define ETH_FCS_LEN 4

/* Values of h_proto, in network byte order there. */
#define ETH_P_LOOP 0x0060
#define ETH_P_IP 0x0800
#define ETH_P_ARP 0x0806
#define ETH_P_8021Q 0x8100
#define ETH_P_IPV6 0x86DD
#define ETH_P_MPLS_UC 0x8847
#define ETH_P_MPLS_MC 0x8848
#define ETH_P_PPP_SES 0x8864
#define ETH_P_8021AD 0x88A8
#define ETH_P_LLDP 0x88CC
#define ETH_P_ALL 0x0003

struct ethhdr {
    unsigned char h_dest[ETH_ALEN];
    unsigned char h_source[ETH_ALEN];
    __be16 h_proto;
} __attribute__((packed));

#endif /* WASM_BPF_LINUX_IF_ETHER_H */
