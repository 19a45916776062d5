// SPDX-License-Identifier: MIT
/*
 * Delivery of records: events KIND WORK SIZE SAMPLES.
 *   KIND is ring or perf; WORK is light, hash, format or copy; SIZE is the bytes of a record.
 * For each sample, it fills the buffer and then times the one poll that empties it, in nanoseconds per record. Also
 * prints the numbers of sent and delivered records. If they differ, the result does not count.
 */
#include "bench.h"
#include "events.h"
#include "events.skel.h"

#define WARM_UP 40

/* Records in a filled perf buffer of libbpf's usual 64 pages. */
#define PERF_BYTES (64 * 4096)

static uint64_t delivered, sum;
static char line[256];

static int light(void *ctx, void *data, size_t size) {
    (void)ctx, (void)size;
    delivered++;
    sum += *(const uint32_t *)data;
    return 0;
}

/* FNV-1a. */
static int hash(void *ctx, void *data, size_t size) {
    const unsigned char *bytes = (const unsigned char *)data;
    uint64_t value = 0xcbf29ce484222325ULL;
    (void)ctx;
    for (size_t i = 0; i < size; i++) value = (value ^ bytes[i]) * 0x100000001b3ULL;
    delivered++;
    sum += value;
    return 0;
}

static int format(void *ctx, void *data, size_t size) {
    const struct record *record = (const struct record *)data;
    (void)ctx, (void)size;
    delivered++;
    sum += (uint64_t)snprintf(line, sizeof(line), "%-16s %-7u %-7u %llu ms\n", record->comm, record->pid, record->ppid,
                              record->duration_ns / 1000000);
    return 0;
}

/* As light(), on a copy of the record. A native program then does what a guest cannot avoid. The copies go through 2 KiB. */
static int copy(void *ctx, void *data, size_t size) {
    static char room[2048 + RECORD_SIZE_MAX] __attribute__((aligned(64)));
    char *to = room + ((uintptr_t)data & 2047);
    memcpy(to, data, size);
    __asm__ volatile("" ::: "memory"); /* keeps the copy */
    return light(ctx, to, size);
}

static bpf_buffer_sample_fn work_named(const char *name) {
    if (strcmp(name, "hash") == 0) return hash;
    if (strcmp(name, "format") == 0) return format;
    return strcmp(name, "copy") == 0 ? copy : light;
}

int main(int argc, char **argv) {
    bench_require(argc >= 4, "usage: events ring|perf light|hash|format|copy SIZE [SAMPLES]");
    bool perf = strcmp(argv[1], "perf") == 0;
    bpf_buffer_sample_fn work = work_named(argv[2]);
    unsigned size = bench_argument(argc, argv, 3, 64), samples = bench_argument(argc, argv, 4, 100);

    struct events_bpf *skel = events_bpf__open_and_load();
    bench_require(skel && events_bpf__attach(skel) == 0, "cannot load and attach");
    struct bpf_buffer *buffer = bpf_buffer__open(perf ? skel->maps.perf : skel->maps.ring, work, NULL);
    bench_require(buffer, "cannot open the buffer");

    /* Each record has a header: 8 bytes in a ring, 12 in a perf buffer, all rounded up to 8. */
    unsigned count = perf ? PERF_BYTES / (size + 16) - 1 : RING_BYTES / (size + 8) - 1;
    struct command command = {COMMAND_MAGIC, perf ? COMMAND_PERF : COMMAND_RING, count, size, 0};
    int commands = bpf_map__fd(skel->maps.commands);
    uint32_t zero = 0;
    bpf_buffer__poll(buffer, 0); /* some hosts open the buffer here */
    for (unsigned round = 0; round < WARM_UP + samples; round++) {
        bench_require(bpf_map_update_elem(commands, &zero, &command, BPF_ANY) == 0, "the command failed");
        uint64_t before = delivered, start = bench_now_ns();
        int result = bpf_buffer__poll(buffer, 1000);
        uint64_t end = bench_now_ns();
        bench_require(result >= 0, "poll failed");
        if (round >= WARM_UP && delivered > before) bench_keep((double)(end - start) / (double)(delivered - before));
    }
    bench_print("ns");
    uint64_t sent = 0;
    bpf_map_lookup_elem(bpf_map__fd(skel->maps.sent), &zero, &sent);
    printf("sent %llu\ndelivered %llu\nsum %llu\n", (unsigned long long)sent, (unsigned long long)delivered,
           (unsigned long long)sum);
    events_bpf__destroy(skel);
    return 0;
}
