// SPDX-License-Identifier: MIT
#ifndef MAP_OF_MAPS_H
#define MAP_OF_MAPS_H

#define MAX_PROCESSES 10240

/* The system calls of a process in one interval. */
struct calls {
    __u64 count;
    char comm[16];
};

#endif /* MAP_OF_MAPS_H */
