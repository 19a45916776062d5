// SPDX-License-Identifier: MIT
#ifndef XDP_H
#define XDP_H

enum kind { KIND_TCP, KIND_UDP, KIND_ICMP, KIND_OTHER, KIND_COUNT };

struct traffic {
    __u64 packets;
    __u64 bytes;
};

#endif /* XDP_H */
