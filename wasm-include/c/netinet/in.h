// SPDX-License-Identifier: MIT
/* Internet addresses, with the protocol numbers that libc lacks. */
#ifndef WASM_BPF_NETINET_IN_H
#define WASM_BPF_NETINET_IN_H

#include <sys/socket.h>
#include_next <netinet/in.h>

#define IPPROTO_IGMP 2
#define IPPROTO_IPIP 4
#define IPPROTO_DCCP 33
#define IPPROTO_ROUTING 43
#define IPPROTO_FRAGMENT 44
#define IPPROTO_GRE 47
#define IPPROTO_ESP 50
#define IPPROTO_AH 51
#define IPPROTO_ICMPV6 58
#define IPPROTO_NONE 59
#define IPPROTO_DSTOPTS 60
#define IPPROTO_SCTP 132
#define IPPROTO_UDPLITE 136
#define IPPROTO_MPTCP 262

#endif /* WASM_BPF_NETINET_IN_H */
