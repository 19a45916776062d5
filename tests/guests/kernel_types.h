// SPDX-License-Identifier: MIT
/* For the BPF program, which includes it after vmlinux.h, and for the guest. */
#ifndef KERNEL_TYPES_H
#define KERNEL_TYPES_H

struct packet {
    __be32 source, destination;
    __be16 ports[2];
    __sum16 checksum;
    __wsum sum;
    __le64 long_one;
};

#endif /* KERNEL_TYPES_H */
