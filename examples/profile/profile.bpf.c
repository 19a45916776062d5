// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "profile.h"

#define EEXIST 17

char LICENSE[] SEC("license") = "GPL";

const volatile pid_t target_tgid = 0;

/* The number of samples without a place in the maps. */
__u64 lost = 0;

struct {
    __uint(type, BPF_MAP_TYPE_STACK_TRACE);
    __uint(max_entries, MAX_STACKS);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, MAX_FRAMES * sizeof(__u64));
} stacks SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, MAX_STACKS);
    __type(key, struct place);
    __type(value, __u64);
} counts SEC(".maps");

SEC("perf_event")
int take_sample(struct bpf_perf_event_data *ctx) {
    static const __u64 zero;
    struct place place = {.pid = bpf_get_current_pid_tgid() >> 32};
    if (place.pid == 0 || (target_tgid && place.pid != target_tgid)) return 0; /* 0: the CPU is idle */
    place.user_stack = bpf_get_stackid(ctx, &stacks, BPF_F_USER_STACK);
    place.kernel_stack = bpf_get_stackid(ctx, &stacks, 0);
    bpf_get_current_comm(place.comm, sizeof(place.comm));

    __u64 *count = bpf_map_lookup_elem(&counts, &place);
    if (!count) {
        bpf_map_update_elem(&counts, &place, &zero, BPF_NOEXIST);
        count = bpf_map_lookup_elem(&counts, &place);
    }
    if (count) __sync_fetch_and_add(count, 1);
    /* -EEXIST: another stack has the place of this one. */
    if (!count || place.user_stack == -EEXIST || place.kernel_stack == -EEXIST) __sync_fetch_and_add(&lost, 1);
    return 0;
}
