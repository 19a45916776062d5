// SPDX-License-Identifier: MIT
#ifndef MEMLEAK_H
#define MEMLEAK_H

#define MAX_ALLOCATIONS (256 * 1024)
#define MAX_STACKS 10240
#define MAX_FRAMES 127

/* The memory that one stack has allocated and nobody has freed. */
struct total {
    __u64 bytes;
    __u64 count;
};

#endif /* MEMLEAK_H */
