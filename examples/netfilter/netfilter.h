// SPDX-License-Identifier: MIT
#ifndef NETFILTER_H
#define NETFILTER_H

/* A dropped packet. */
struct packet {
    __u8 source[4];
    __u8 destination[4];
    __u32 size; /* of the IP packet */
    __u32 interface;
};

#endif /* NETFILTER_H */
