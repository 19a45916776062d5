// SPDX-License-Identifier: MIT
// The native twin of bench/pump.ts: libbpf consumes the same events.
//
//   ring OBJECT KIND SIZE COUNT ROUNDS
//
// KIND is ring, large_ring or perf. Each round emits COUNT records of SIZE bytes with a program of OBJECT
// (tests/kernel/pump_events.bpf.c), consumes them, and prints the nanoseconds per record. With COUNT 0, each round
// polls the empty buffer a thousand times with timeout 0.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

static uint64_t sum, delivered;

static int on_record(void *context, void *data, size_t size) {
    sum += *(uint64_t *)data;
    delivered++;
    return 0;
}

static void on_sample(void *context, int cpu, void *data, __u32 size) {
    sum += *(uint64_t *)data;
    delivered++;
}

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static double now(void) {
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

static int emit(int program, uint64_t count, uint64_t size) {
    uint64_t context[5] = {count, size};
    LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = context, .ctx_size_in = sizeof(context));

    if (bpf_prog_test_run_opts(program, &options) < 0) fail("bpf_prog_test_run_opts");
    return (int)options.retval;
}

int main(int argc, char **argv) {
    struct perf_buffer *perf = NULL;
    struct ring_buffer *ring = NULL;
    struct bpf_object *object;
    int map, program, size, count, rounds;
    char name[64];

    if (argc != 6) return 2;
    size = atoi(argv[3]);
    count = atoi(argv[4]);
    rounds = atoi(argv[5]);
    object = bpf_object__open_file(argv[1], NULL);
    if (!object || bpf_object__load(object) < 0) fail(argv[1]);
    map = bpf_object__find_map_fd_by_name(object, argv[2]);
    snprintf(name, sizeof(name), "emit_%s", argv[2]);
    program = bpf_program__fd(bpf_object__find_program_by_name(object, name));
    if (strcmp(argv[2], "perf") == 0)
        perf = perf_buffer__new(map, 64, on_sample, NULL, NULL, NULL);
    else
        ring = ring_buffer__new(map, on_record, NULL, NULL);
    if (!perf && !ring) fail(argv[2]);
    for (int round = 0; round < rounds; round++) {
        int operations = count;
        double start;

        if (count && emit(program, count, size) != count) fail("emit");
        delivered = 0;
        start = now();
        if (!count)
            for (operations = 0; operations < 1000; operations++)
                perf ? perf_buffer__poll(perf, 0) : ring_buffer__poll(ring, 0);
        else if (perf)
            perf_buffer__consume(perf);
        else
            ring_buffer__consume(ring);
        printf("%.2f\n", (now() - start) / operations);
        if (delivered != (uint64_t)count) fail("consume");
    }
    perf_buffer__free(perf);
    ring_buffer__free(ring);
    bpf_object__close(object);
    return 0;
}
