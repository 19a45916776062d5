// SPDX-License-Identifier: MIT
/*
 * Times lookups in all maps of an object in turn, in nanoseconds per lookup: growth SAMPLES [IDLE_MS]. Then waits
 * IDLE_MS, so that its memory can be measured.
 */
#include "bench.h"
#include SKELETON

#define WARM_UP 20
#define LOOKUPS 1024

int main(int argc, char **argv) {
    unsigned samples = bench_argument(argc, argv, 1, 50), idle_ms = bench_argument(argc, argv, 2, 0);
    struct growth_bpf *skel = growth_bpf__open_and_load();
    bench_require(skel, "cannot load");
    struct bpf_map **maps = (struct bpf_map **)&skel->maps;
    unsigned count = sizeof(skel->maps) / sizeof(*maps);
    uint64_t sum = 0;
    for (unsigned round = 0; round < WARM_UP + samples; round++) {
        uint64_t start = bench_now_ns();
        for (uint32_t i = 0; i < LOOKUPS; i++) {
            uint32_t key = i % 16;
            uint64_t value = 0;
            bpf_map_lookup_elem(bpf_map__fd(maps[i % count]), &key, &value);
            sum += value;
        }
        uint64_t end = bench_now_ns();
        if (round >= WARM_UP) bench_keep((double)(end - start) / LOOKUPS);
    }
    bench_print("ns");
    printf("sum %llu\n", (unsigned long long)sum);
    fflush(stdout);
    if (idle_ms) usleep(idle_ms * 1000);
    growth_bpf__destroy(skel);
    return 0;
}
