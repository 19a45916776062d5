// SPDX-License-Identifier: MIT
#ifndef BENCH_MAPS_H
#define BENCH_MAPS_H

/* The number of elements of each map. A sample is a pass over all. */
#define ELEMENTS 1000

#endif /* BENCH_MAPS_H */
