// SPDX-License-Identifier: MIT
#ifndef RUNQLAT_H
#define RUNQLAT_H

#define HIST_SLOTS 26 /* the last counts 2^25 units and more: half a minute in microseconds */

#define MAX_HISTS 10240

/* Slot n counts waits of 2^n to 2^(n+1) - 1 units; slot 0 counts waits of 0 and 1 units. */
struct hist {
    __u32 slots[HIST_SLOTS];
    char comm[16];
};

#endif /* RUNQLAT_H */
