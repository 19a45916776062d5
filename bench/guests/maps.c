// SPDX-License-Identifier: MIT
/*
 * Times map calls, and polls of an empty buffer: maps WHAT SAMPLES.
 *   WHAT is lookup, update, delete, walk or poll. A sample is a pass over all elements, in nanoseconds per element.
 */
#include "bench.h"
#include "maps.h"
#include "maps.skel.h"

#define WARM_UP 20

static struct maps_bpf *skel;
static struct bpf_buffer *buffer;
static int array_fd, hash_fd;
static uint64_t sum;

static int nothing(void *ctx, void *data, size_t size) {
    (void)ctx, (void)data, (void)size;
    return 0;
}

static void fill(void) {
    for (uint32_t key = 0; key < ELEMENTS; key++) {
        uint64_t value = key;
        bench_require(bpf_map_update_elem(hash_fd, &key, &value, BPF_ANY) == 0, "update failed");
    }
}

static void lookup(void) {
    for (uint32_t key = 0; key < ELEMENTS; key++) {
        uint64_t value;
        bpf_map_lookup_elem(array_fd, &key, &value);
        sum += value;
    }
}

static void delete(void) {
    for (uint32_t key = 0; key < ELEMENTS; key++) sum += (uint64_t)bpf_map_delete_elem(hash_fd, &key);
}

static void walk(void) {
    uint32_t key, next, count = 0;
    uint64_t value;
    for (int err = bpf_map_get_next_key(hash_fd, NULL, &next); err == 0;
         err = bpf_map_get_next_key(hash_fd, &key, &next)) {
        bpf_map_lookup_elem(hash_fd, &next, &value);
        sum += value;
        key = next;
        count++;
    }
    bench_require(count == ELEMENTS, "the walk missed elements");
}

static void poll_nothing(void) {
    for (int i = 0; i < ELEMENTS; i++) sum += (uint64_t)bpf_buffer__poll(buffer, 0);
}

int main(int argc, char **argv) {
    bench_require(argc >= 2, "usage: maps lookup|update|delete|walk|poll [SAMPLES]");
    const char *what = argv[1];
    unsigned samples = bench_argument(argc, argv, 2, 100);
    void (*pass)(void) = strcmp(what, "lookup") == 0   ? lookup
                         : strcmp(what, "update") == 0 ? fill
                         : strcmp(what, "delete") == 0 ? delete
                         : strcmp(what, "walk") == 0   ? walk
                                                       : poll_nothing;
    skel = maps_bpf__open_and_load();
    bench_require(skel, "cannot load");
    array_fd = bpf_map__fd(skel->maps.array);
    hash_fd = bpf_map__fd(skel->maps.hash);
    buffer = bpf_buffer__open(skel->maps.ring, nothing, NULL);
    bench_require(buffer, "cannot open the buffer");
    fill();
    for (unsigned round = 0; round < WARM_UP + samples; round++) {
        if (pass == delete) fill();
        uint64_t start = bench_now_ns();
        pass();
        uint64_t end = bench_now_ns();
        if (round >= WARM_UP) bench_keep((double)(end - start) / ELEMENTS);
    }
    bench_print("ns");
    printf("sum %llu\n", (unsigned long long)sum);
    maps_bpf__destroy(skel);
    return 0;
}
