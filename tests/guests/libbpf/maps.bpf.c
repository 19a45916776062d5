// SPDX-License-Identifier: MIT
/* Maps of each kind, and a program that changes some of them when it is run. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct value {
    long count;
    int small;
    char text[12];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 100);
    __type(key, unsigned long);
    __type(value, struct value);
} hash SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 2);
    __type(key, int);
    __type(value, long);
} per_cpu SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 4);
    __type(value, int);
} queue SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1000);
    __uint(map_flags, BPF_F_MMAPABLE);
    __type(key, int);
    __type(value, int);
} shared SEC(".maps");

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, int);
    __type(value, int);
} inner SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 2);
    __type(key, int);
    __array(values, struct inner);
} outer SEC(".maps") = {.values = {&inner}};

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 1);
    __type(key, int);
    __type(value, int);
} programs SEC(".maps");

SEC("syscall")
int change(void *ctx) {
    unsigned long key = 0x123456789abc;
    struct value value = {.count = -1, .small = 2, .text = "kernel"};
    int zero = 0, next = 1, *number;
    long *count = bpf_map_lookup_elem(&per_cpu, &zero);
    if (count) *count += 5;
    bpf_map_update_elem(&hash, &key, &value, BPF_ANY);
    number = bpf_map_lookup_elem(&shared, &next);
    if (number) *number += 10;
    void *map = bpf_map_lookup_elem(&outer, &next);
    number = map ? bpf_map_lookup_elem(map, &zero) : NULL;
    if (number) *number += 100;
    number = bpf_map_lookup_elem(&inner, &zero);
    if (number) *number += 1;
    return 0;
}
