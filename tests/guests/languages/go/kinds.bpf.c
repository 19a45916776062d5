// SPDX-License-Identifier: MIT
/* Maps of every kind, and programs that the tests of the Go module run. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

struct pair {
    __u32 left;
    __u64 right;
};

/* The context of test runs. */
struct order {
    __u32 count;
    __u32 size;
};

struct address {
    __u32 prefix;
    __u8 bytes[4];
};

#define MAP(map_name, kind, entries, key_type, value_type) \
    struct {                                               \
        __uint(type, kind);                                \
        __uint(max_entries, entries);                      \
        __type(key, key_type);                             \
        __type(value, value_type);                         \
    } map_name SEC(".maps")

MAP(pairs, BPF_MAP_TYPE_HASH, 64, __u32, struct pair);
MAP(numbers, BPF_MAP_TYPE_ARRAY, 8, __u32, __u64);
MAP(recent, BPF_MAP_TYPE_LRU_HASH, 4, __u32, __u32);
MAP(cpu_hash, BPF_MAP_TYPE_PERCPU_HASH, 8, __u32, __u32);
MAP(cpu_array, BPF_MAP_TYPE_PERCPU_ARRAY, 2, __u32, struct pair);

#define KEYLESS(map_name, kind, entries, value_type) \
    struct {                                         \
        __uint(type, kind);                          \
        __uint(max_entries, entries);                \
        __type(value, value_type);                   \
    } map_name SEC(".maps")

KEYLESS(waiting, BPF_MAP_TYPE_QUEUE, 4, __u32);
KEYLESS(pile, BPF_MAP_TYPE_STACK, 4, __u32);
KEYLESS(seen, BPF_MAP_TYPE_BLOOM_FILTER, 64, __u32);

struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(max_entries, 8);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, struct address);
    __type(value, __u32);
} routes SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u32);
} jumps SEC(".maps");

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
};

struct {
    __uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
    __uint(max_entries, 4);
    __type(key, __u32);
    __array(values, struct inner);
} outer SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 4096);
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(__u32));
    __uint(value_size, sizeof(__u32));
} samples SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
    __uint(max_entries, 4096);
} commands SEC(".maps");

const volatile __u32 limit = 5;
__u64 total = 3;
__u32 pid;
__u64 hits;
__u32 counted = 1;
bool enabled = true;
__u64 drained[2];
extern int CONFIG_HZ __kconfig;
const struct order *unused_order;

/* Returns the constant and the variable, so that a test sees both from here. */
SEC("syscall")
int add_up(void *ctx) {
    return limit * 1000 + total++ * 10 + enabled;
}

SEC("syscall")
int read_hz(void *ctx) {
    return CONFIG_HZ;
}

SEC("syscall")
int remember(void *ctx) {
    pid = bpf_get_current_pid_tgid() >> 32;
    return 0;
}

/* Sends `count` numbered records, and returns how many did not fit. */
SEC("syscall")
int fill_ring(struct order *order) {
    int lost = 0;
    for (__u64 i = 0; i < 1000 && i < order->count; i++) {
        __u64 record[8] = {i};
        if (bpf_ringbuf_output(&ring, record, sizeof(record), 0)) lost++;
    }
    return lost;
}

SEC("raw_tp/sys_enter")
int fill_samples(struct bpf_raw_tracepoint_args *ctx) {
    int lost = 0;
    for (__u64 i = 0; i < 1000 && i < ctx->args[0]; i++) {
        __u64 record[8] = {i};
        if (bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU, record, sizeof(record))) lost++;
    }
    return lost;
}

SEC("raw_tp/sys_enter")
int jump(void *ctx) {
    bpf_tail_call(ctx, &jumps, 1);
    return 1;
}

SEC("raw_tp/sys_enter")
int land(void *ctx) {
    return 77;
}

SEC("syscall")
int read_inner(struct order *order) {
    __u32 key = order->count, zero = 0;
    void *inner = bpf_map_lookup_elem(&outer, &key);
    __u64 *value = inner ? bpf_map_lookup_elem(inner, &zero) : NULL;
    return value ? *value : -1;
}

static long drain_one(struct bpf_dynptr *sample, void *context) {
    __u64 value = 0;
    bpf_dynptr_read(&value, sizeof(value), sample, 0, 0);
    drained[0]++;
    drained[1] += value;
    return 0;
}

SEC("syscall")
int drain(void *ctx) {
    return bpf_user_ringbuf_drain(&commands, drain_one, NULL, 0);
}

SEC("raw_tp/sys_enter")
int on_call(void *ctx) {
    if (bpf_get_current_pid_tgid() >> 32 == pid) __sync_fetch_and_add(&hits, counted);
    return 0;
}

SEC("raw_tp/sys_enter")
int on_call_twice(void *ctx) {
    if (bpf_get_current_pid_tgid() >> 32 == pid) __sync_fetch_and_add(&hits, 1000000);
    return 0;
}

__u64 clocks;

SEC("perf_event")
int on_clock(void *ctx) {
    __sync_fetch_and_add(&clocks, 1);
    return 0;
}

SEC("iter/bpf_map_elem")
int each_pair(struct bpf_iter__bpf_map_elem *ctx) {
    __u32 *key = ctx->key;
    struct pair *value = ctx->value;
    if (key && value) BPF_SEQ_PRINTF(ctx->meta->seq, "%u: %u %llu\n", *key, value->left, value->right);
    return 0;
}

SEC("xdp")
int pass_xdp(struct xdp_md *ctx) {
    return XDP_PASS;
}

SEC("tcx/ingress")
int pass_tcx(struct __sk_buff *skb) {
    return -1; /* TCX_NEXT */
}

SEC("cgroup_skb/egress")
int pass_cgroup(struct __sk_buff *skb) {
    return 1;
}

/* Not loaded unless a test says so: the verifier refuses it. */
SEC("?syscall")
int refused(struct order *order) {
    __u64 place = order->count;
    return *(int *)place;
}
