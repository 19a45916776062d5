/* SPDX-License-Identifier: MIT */
#ifndef SOAK_H
#define SOAK_H

/* A record: the processor's records have the numbers from 0. */
struct event {
    unsigned int cpu;
    unsigned long long number;
    char rest[48];
};

#endif
