// SPDX-License-Identifier: MIT
/* A call for a per-CPU map copies a value, rounded up to 8 bytes, for each possible CPU. All must fit into memory. */
#include "libbpf-wasm.h"
#include "check.h"
#include "maps.skel.h"

enum { CPUS_MAX = 8192, UNTOUCHED = 0x5a, EFAULT_LINUX = 14 };

static __u64 values[CPUS_MAX];

static int operate(const struct bpf_map *map, int command, __u32 *key, void *value) {
    return wasm_bpf_map_operate(bpf_map__fd(map), command, key, value, NULL, 0);
}

/* The number of bytes that a look-up writes. */
static int written(const struct bpf_map *map) {
    __u32 key = 0;
    memset(values, UNTOUCHED, sizeof(values));
    if (operate(map, BPF_MAP_LOOKUP_ELEM, &key, values) < 0) return -1;
    int last = sizeof(values) - 1;
    while (last >= 0 && ((__u8 *)values)[last] == UNTOUCHED) last--;
    return last + 1;
}

/* The end of memory, on an otherwise unused page. */
static char *end_of_memory(void) {
    __builtin_wasm_memory_grow(0, 1);
    return (char *)(__builtin_wasm_memory_size(0) * 65536);
}

static void values_for_each_cpu(const struct bpf_map *map, int cpus) {
    __u32 key = 1;
    for (int cpu = 0; cpu < cpus; cpu++) values[cpu] = 100 + cpu;
    check_equal("updating takes a value for each CPU", operate(map, BPF_MAP_UPDATE_ELEM, &key, values), 0);
    memset(values, 0, sizeof(values));
    check_equal("looking up", operate(map, BPF_MAP_LOOKUP_ELEM, &key, values), 0);
    int right = 0;
    for (int cpu = 0; cpu < cpus; cpu++) right += values[cpu] == 100u + cpu;
    check_equal("gives them all back", right, cpus);
}

static void room(const struct bpf_map *map, int bytes) {
    __u32 key = 0;
    char *end = end_of_memory();
    check_equal("a look-up with just enough room", operate(map, BPF_MAP_LOOKUP_ELEM, &key, end - bytes), 0);
    check_equal("one byte less", operate(map, BPF_MAP_LOOKUP_ELEM, &key, end - bytes + 1), -EFAULT_LINUX);
    check_equal("an update with just enough room", operate(map, BPF_MAP_UPDATE_ELEM, &key, end - bytes), 0);
    check_equal("one byte less for it", operate(map, BPF_MAP_UPDATE_ELEM, &key, end - bytes + 1), -EFAULT_LINUX);
}

int main(void) {
    struct maps_bpf *skel = maps_bpf__open_and_load();
    if (!check("the maps load", skel != NULL)) return 1;
    int bytes = written(skel->maps.percpu_array), cpus = bytes / 8;
    check("a look-up writes whole values", bytes > 0 && bytes % 8 == 0);
    printf("# %d CPUs\n", cpus);
    check_equal("for each CPU that there may be", cpus, libbpf_num_possible_cpus());
    check_equal("values of 12 bytes take 16", written(skel->maps.percpu_odd), cpus * 16);
    values_for_each_cpu(skel->maps.percpu_array, cpus);
    values_for_each_cpu(skel->maps.percpu_hash, cpus);
    values_for_each_cpu(skel->maps.lru_percpu_hash, cpus);
    room(skel->maps.percpu_array, bytes);
    room(skel->maps.percpu_odd, cpus * 16);
    maps_bpf__destroy(skel);
    return check_result();
}
