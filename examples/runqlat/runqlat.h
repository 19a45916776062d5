// SPDX-License-Identifier: MIT
#ifndef RUNQLAT_H
#define RUNQLAT_H

#define HIST_SLOTS 26 /* the last holds 2^25 and more: half a minute in microseconds */

#define MAX_HISTS 10240

/* Slot n counts waits of 2^n up to 2^(n+1) - 1 units; slot 0 those of 0 and 1. */
struct hist {
    __u32 slots[HIST_SLOTS];
    char comm[16];
};

#endif /* RUNQLAT_H */
