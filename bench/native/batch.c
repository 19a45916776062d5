// SPDX-License-Identifier: MIT
/* batch [SAMPLES]: the native twin of batch.ts. Times bpf_map_lookup_batch(), in nanoseconds per element. */
#include "bench.h"
#include "maps.h"
#include "maps.skel.h"

#define WARM_UP 50

int main(int argc, char **argv) {
    static uint32_t keys[ELEMENTS];
    static uint64_t values[ELEMENTS];
    unsigned samples = bench_argument(argc, argv, 1, 200);
    struct maps_bpf *skel = maps_bpf__open_and_load();
    bench_require(skel, "cannot load");
    int fd = bpf_map__fd(skel->maps.hash);
    for (uint32_t key = 0; key < ELEMENTS; key++) {
        uint64_t value = key;
        bench_require(bpf_map_update_elem(fd, &key, &value, BPF_ANY) == 0, "update failed");
    }
    for (unsigned round = 0; round < WARM_UP + samples; round++) {
        uint32_t position, count = ELEMENTS;
        uint64_t start = bench_now_ns();
        int err = bpf_map_lookup_batch(fd, NULL, &position, keys, values, &count, NULL);
        uint64_t end = bench_now_ns();
        bench_require(err == -ENOENT && count == ELEMENTS, "the batch is not whole");
        if (round >= WARM_UP) bench_keep((double)(end - start) / ELEMENTS);
    }
    bench_print("ns");
    maps_bpf__destroy(skel);
    return 0;
}
