// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define MAP(name, map_type, entries)           \
    struct {                                   \
        __uint(type, BPF_MAP_TYPE_##map_type); \
        __uint(max_entries, entries);          \
        __type(key, __u32);                    \
        __type(value, __u64);                  \
    } name SEC(".maps")

#define KEYLESS(name, map_type)                \
    struct {                                   \
        __uint(type, BPF_MAP_TYPE_##map_type); \
        __uint(max_entries, 8);                \
        __type(value, __u64);                  \
    } name SEC(".maps")

MAP(hash, HASH, 8);
MAP(array, ARRAY, 8);
MAP(lru_hash, LRU_HASH, 64);
MAP(percpu_hash, PERCPU_HASH, 8);
MAP(percpu_array, PERCPU_ARRAY, 8);
MAP(lru_percpu_hash, LRU_PERCPU_HASH, 64);
KEYLESS(queue, QUEUE);
KEYLESS(stack, STACK);

/* A value of 12 bytes takes 16 for each CPU. */
struct odd {
    __u32 words[3];
};
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, struct odd);
} percpu_odd SEC(".maps");

struct prefix {
    __u32 length;
    __u8 address[4];
};
struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 8);
    __type(key, struct prefix);
    __type(value, __u64);
} lpm_trie SEC(".maps");

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 8);
    __type(key, __u32);
    __type(value, __u64);
};
struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 8);
    __type(key, __u32);
    __array(values, struct inner);
} hash_of_maps SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 8);
    __type(key, __u32);
    __array(values, struct inner);
} array_of_maps SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 8);
    __type(key, __u32);
    __type(value, __u32);
} prog_array SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
    __uint(max_entries, 8);
    __type(key, __u32);
    __type(value, __u32);
} cgroup_array SEC(".maps");
struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __type(key, __u32);
    __type(value, __u32);
} perf_event_array SEC(".maps");

/* A program that prog_array could contain. A guest could guess its number. */
SEC("tp/syscalls/sys_enter_getpgid")
int nothing(void *ctx) {
    bpf_tail_call(ctx, &prog_array, 0);
    return 0;
}
