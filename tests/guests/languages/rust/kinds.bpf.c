// SPDX-License-Identifier: MIT
/* Maps of each kind, and programs that change some of them when they are run. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct place {
    char name[12];
    __u32 number;
};

struct prefix {
    __u32 bits;
    __u8 address[4];
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 100);
    __type(key, __u32);
    __type(value, struct place);
} places SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 3);
    __type(key, __u32);
    __type(value, __u64);
} array SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 10);
    __type(key, __u32);
    __type(value, __u32);
} lru SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u32);
} percpu SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 10);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct prefix);
    __type(value, __u32);
} routes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 2);
    __type(value, __u32);
} queue SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_STACK);
    __uint(max_entries, 2);
    __type(value, __u32);
} stack SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
    __uint(max_entries, 100);
    __type(value, __u32);
} bloom SEC(".maps");

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} inner SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 2);
    __type(key, __u32);
    __array(values, struct inner);
} outer SEC(".maps") = {.values = {&inner}};

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 1);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(__u32));
} programs SEC(".maps");

extern int LINUX_KERNEL_VERSION __kconfig;
extern unsigned long CONFIG_NO_SUCH_THING __kconfig __weak;

const volatile char label[8] = "none";
__u32 kernel_version;
__u32 tail_calls;

/* Adds to element 0 of the map that `outer` has at 1, and to this CPU's value of `percpu`. */
SEC("syscall")
int change(void *ctx) {
    __u32 zero = 0, one = 1, key = 7;
    struct place place = {.number = 70};
    void *map = bpf_map_lookup_elem(&outer, &one);
    __u64 *sum = map ? bpf_map_lookup_elem(map, &zero) : NULL;
    __u32 *count = bpf_map_lookup_elem(&percpu, &zero);
    if (sum) *sum += 5;
    if (count) *count += 3;
    for (int i = 0; i < sizeof(label); i++) place.name[i] = label[i];
    bpf_map_update_elem(&places, &key, &place, BPF_ANY);
    kernel_version = LINUX_KERNEL_VERSION + CONFIG_NO_SUCH_THING;
    return 42;
}

SEC("xdp")
int tail(struct xdp_md *ctx) {
    tail_calls++;
    return XDP_DROP;
}

/* Shortens the packet by a byte, and calls the program in `programs`. */
SEC("xdp")
int call(struct xdp_md *ctx) {
    if (bpf_xdp_adjust_tail(ctx, -1)) return XDP_ABORTED;
    bpf_tail_call(ctx, &programs, 0);
    return XDP_PASS;
}

/* Prints a line for each element. */
SEC("iter/bpf_map_elem")
int dump(struct bpf_iter__bpf_map_elem *ctx) {
    const __u32 *key = ctx->key;
    const __u64 *value = ctx->value;
    if (key && value) BPF_SEQ_PRINTF(ctx->meta->seq, "%u is %llu\n", *key, *value);
    return 0;
}
