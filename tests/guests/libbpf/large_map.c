// SPDX-License-Identifier: MIT
/* large_map MEBIBYTES: creates a map of this size, alone and in an object, and prints the results. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include "large_map.skel.h"

int main(int argc, char **argv) {
    unsigned count = argc > 1 ? (unsigned)atoi(argv[1]) : 1;
    int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "stays_large", sizeof(int), 1 << 20, count, NULL);
    printf("alone: %d\n", fd < 0 ? fd : 0);
    struct large_map *skel = large_map__open();
    if (!skel) return 1;
    bpf_map__set_max_entries(skel->maps.stays_large, count);
    printf("in an object: %d\n", large_map__load(skel));
    large_map__destroy(skel);
    return 0;
}
