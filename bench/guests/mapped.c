// SPDX-License-Identifier: MIT
/*
 * Reads an element of a mapped array in place, in nanoseconds per read: mapped SAMPLES. Prints "unsupported" if
 * skel->bss does not change with the map.
 */
#include "bench.h"
#include "mapped.skel.h"

#define WARM_UP 20
#define READS 100000

int main(int argc, char **argv) {
    unsigned samples = bench_argument(argc, argv, 1, 100);
    struct mapped_bpf *skel = mapped_bpf__open_and_load();
    bench_require(skel, "cannot load");
    volatile unsigned long long *cells = skel->bss->cells;
    unsigned long long image[16] = {0};
    uint32_t zero = 0;
    for (int i = 0; i < 16; i++) image[i] = 1000 + (unsigned)i;
    bench_require(bpf_map_update_elem(bpf_map__fd(skel->maps.bss), &zero, image, BPF_ANY) == 0, "update failed");
    if (cells[3] != 1003) {
        puts("unsupported");
        return 0;
    }
    unsigned long long sum = 0;
    for (unsigned round = 0; round < WARM_UP + samples; round++) {
        uint64_t start = bench_now_ns();
        for (unsigned i = 0; i < READS; i++) sum += cells[i % 16];
        uint64_t end = bench_now_ns();
        if (round >= WARM_UP) bench_keep((double)(end - start) / READS);
    }
    bench_print("ns");
    printf("sum %llu\n", sum);
    mapped_bpf__destroy(skel);
    return 0;
}
