// SPDX-License-Identifier: MIT
#ifndef STRUCT_OPS_H
#define STRUCT_OPS_H

/* The sending side of a connection that has ended. */
struct connection {
    __u8 local[4];
    __u8 remote[4];
    __u16 local_port;
    __u16 remote_port;
    __u32 packets; /* delivered */
    __u32 lost;
    __u32 rtt_us;
    __u64 bytes; /* sent, each once */
};

#endif /* STRUCT_OPS_H */
