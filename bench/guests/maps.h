// SPDX-License-Identifier: MIT
#ifndef BENCH_MAPS_H
#define BENCH_MAPS_H

/* Elements of each map; one sample is a pass over all. */
#define ELEMENTS 1000

#endif /* BENCH_MAPS_H */
