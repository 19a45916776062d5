// SPDX-License-Identifier: MIT
#ifndef SOCKOPS_H
#define SOCKOPS_H

struct connection {
    __u8 local[4];
    __u8 remote[4];
    __u16 local_port;
    __u16 remote_port;
    __u32 is_active; /* 1: this side connected; 0: it accepted */
    __u32 rtt_us;    /* smoothed round trip time of the handshake */
};

#endif /* SOCKOPS_H */
