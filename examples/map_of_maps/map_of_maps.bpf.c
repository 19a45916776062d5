// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "map_of_maps.h"

char LICENSE[] SEC("license") = "GPL";

const volatile long only_number = -1;

/*
 * The calls of each process. This describes the inner maps, which the guest makes. It has sizes, because clang writes no
 * type of which an object only has such a description.
 */
struct by_process {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, MAX_PROCESSES);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(struct calls));
};

/* The map of the current interval. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 1);
    __type(key, __u32);
    __array(values, struct by_process);
} current SEC(".maps");

SEC("raw_tp/sys_enter")
int BPF_PROG(count_call, struct pt_regs *regs, long number) {
    if (only_number >= 0 && number != only_number) return 0;
    __u32 zero = 0, pid = bpf_get_current_pid_tgid() >> 32;
    void *map = bpf_map_lookup_elem(&current, &zero);
    if (!map) return 0;

    struct calls *calls = bpf_map_lookup_elem(map, &pid);
    if (!calls) {
        struct calls none = {0};
        bpf_get_current_comm(none.comm, sizeof(none.comm));
        bpf_map_update_elem(map, &pid, &none, BPF_NOEXIST);
        calls = bpf_map_lookup_elem(map, &pid);
        if (!calls) return 0; /* full */
    }
    __sync_fetch_and_add(&calls->count, 1);
    return 0;
}
