// SPDX-License-Identifier: MIT
/*
 * soak MAGIC: prints "attached", then checks that the records of each processor come in order and without gaps, through both
 * buffers, until SIGTERM. Then it prints: delivered, misplaced and lost records of the ring buffer, and of the perf buffer.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <bpf/libbpf.h>
#include "soak.h"
#include "soak.skel.h"

enum { MAX_CPUS = 1024 };

struct buffer {
    unsigned long long delivered, misplaced, lost;
    unsigned long long next[MAX_CPUS];
};

static struct buffer ring, perf;
static volatile sig_atomic_t ended;

static void end(int signal) {
    (void)signal;
    ended = 1;
}

static void check(struct buffer *buffer, const struct event *event) {
    unsigned long long *next = &buffer->next[event->cpu % MAX_CPUS];
    buffer->misplaced += event->number != *next;
    *next = event->number + 1;
    buffer->delivered++;
}

static int take_from_ring(void *ctx, void *data, size_t size) {
    (void)ctx, (void)size;
    check(&ring, data);
    return 0;
}

static void take_from_perf(void *ctx, int cpu, void *data, __u32 size) {
    (void)ctx, (void)size;
    const struct event *event = data;
    perf.misplaced += event->cpu != (unsigned)cpu;
    check(&perf, event);
}

static void lose(void *ctx, int cpu, __u64 count) {
    (void)ctx, (void)cpu;
    perf.lost += count;
}

static void print(const struct buffer *buffer) {
    printf("%llu %llu %llu\n", buffer->delivered, buffer->misplaced, buffer->lost);
}

static void read_ring_losses(struct soak *skel) {
    unsigned int zero = 0;
    unsigned long long counts[MAX_CPUS];
    int cpus = libbpf_num_possible_cpus();
    if (bpf_map__lookup_elem(skel->maps.ring__lost, &zero, sizeof(zero), counts, cpus * sizeof(*counts), 0)) return;
    for (int i = 0; i < cpus; i++) ring.lost += counts[i];
}

int main(int argc, char **argv) {
    struct soak *skel = soak__open();
    if (!skel) return 1;
    skel->rodata->magic = argc > 1 ? strtoul(argv[1], NULL, 0) : 0;
    if (soak__load(skel) || soak__attach(skel)) return 1;
    struct ring_buffer *rings = ring_buffer__new(bpf_map__fd(skel->maps.ring), take_from_ring, NULL, NULL);
    struct perf_buffer *perfs = perf_buffer__new(bpf_map__fd(skel->maps.perf), 256, take_from_perf, lose, NULL, NULL);
    if (!rings || !perfs) return 1;
    signal(SIGTERM, end);
    puts("attached");
    fflush(stdout);
    while (!ended) {
        perf_buffer__poll(perfs, 5);
        ring_buffer__poll(rings, 0);
    }
    perf_buffer__consume(perfs);
    ring_buffer__consume(rings);
    read_ring_losses(skel);
    print(&ring);
    print(&perf);
    ring_buffer__free(rings);
    perf_buffer__free(perfs);
    soak__destroy(skel);
    return 0;
}
