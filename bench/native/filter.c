// SPDX-License-Identifier: MIT
/* The cost of the host's filter of system calls for a map lookup: prints the time of one without and with the filter. */
#include <stdint.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include <linux/bpf.h>

#include "../../ffi/system/confinement.h"

#define ROUNDS 50
#define LOOKUPS 20000

static double cpu_ns(void) {
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * 1e9 + now.tv_nsec;
}

/* Returns the time of the fastest round, per lookup. */
static double lookup_ns(int map) {
    uint32_t key = 0;
    uint64_t value;
    union bpf_attr attr = {.map_fd = map, .key = (uintptr_t)&key, .value = (uintptr_t)&value};
    double fastest = 1e18;

    for (int round = 0; round < ROUNDS; round++) {
        double start = cpu_ns(), time;

        for (int i = 0; i < LOOKUPS; i++) syscall(SYS_bpf, BPF_MAP_LOOKUP_ELEM, &attr, sizeof(attr));
        time = (cpu_ns() - start) / LOOKUPS;
        if (time < fastest) fastest = time;
    }
    return fastest;
}

int main(void) {
    union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 8, .max_entries = 1};
    int map = syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr));

    if (map < 0) {
        perror("Failed to create a map");
        return 1;
    }
    printf("without the filter: %.0f ns\n", lookup_ns(map));
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || wasm_bpf_install_filter()) {
        fprintf(stderr, "Failed to install the filter\n");
        return 1;
    }
    printf("with the filter: %.0f ns\n", lookup_ns(map));
    return 0;
}
