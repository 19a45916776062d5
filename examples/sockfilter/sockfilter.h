// SPDX-License-Identifier: MIT
#ifndef SOCKFILTER_H
#define SOCKFILTER_H

struct packet {
    __u8 source[4];
    __u8 destination[4];
    __u16 source_port; /* in the host's byte order, like the other numbers; 0 if the protocol has no ports */
    __u16 destination_port;
    __u32 size; /* of the IP packet */
    __u32 protocol;
};

#endif /* SOCKFILTER_H */
