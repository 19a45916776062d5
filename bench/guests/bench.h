// SPDX-License-Identifier: MIT
/*
 * Code for all benchmark guests. Each guest is compiled twice from one source: for wasm32 with the SDK's header, and
 * natively with bench/native/libbpf-wasm.h. A sample is one line on stdout: its name, a space, a number.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "libbpf-wasm.h"

#define BENCH_SAMPLES_MAX 4096

static inline uint64_t bench_now_ns(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000ULL + (uint64_t)now.tv_nsec;
}

/* Ends the guest if a step failed. */
static inline void bench_require(bool true_as_expected, const char *what) {
    if (true_as_expected) return;
    fprintf(stderr, "Cannot run the benchmark: %s\n", what);
    exit(1);
}

/* A number from the command line, or the default. */
static inline unsigned bench_argument(int argc, char **argv, int index, unsigned otherwise) {
    return argc > index ? (unsigned)strtoul(argv[index], NULL, 10) : otherwise;
}

static struct {
    double values[BENCH_SAMPLES_MAX];
    unsigned count;
} bench_samples;

/* Keeps a sample. Printing between measurements would disturb them. */
static inline void bench_keep(double value) {
    if (bench_samples.count < BENCH_SAMPLES_MAX) bench_samples.values[bench_samples.count++] = value;
}

/* Prints the kept samples under one name, and removes them. */
static inline void bench_print(const char *name) {
    for (unsigned i = 0; i < bench_samples.count; i++) printf("%s %.3f\n", name, bench_samples.values[i]);
    fflush(stdout);
    bench_samples.count = 0;
}

#endif /* BENCH_H */
