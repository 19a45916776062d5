// SPDX-License-Identifier: MIT
/* Maps of several types, buffers, variables and programs for abilities.zig. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <wasm_bpf/ringbuf.bpf.h>

char LICENSE[] SEC("license") = "GPL";

struct event {
    __u64 number;
    __u32 square;
    char name[12];
};

/* Two values of a CPU do not lie one after another: each is rounded up to 8 bytes. */
struct pair {
    __u32 first;
    __u32 second;
    __u32 third;
};

const struct event *unused;

extern int LINUX_KERNEL_VERSION __kconfig;

const volatile __u32 count = 1;
__u64 total = 100;
__u64 calls = 0;
__u64 received = 0;

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8);
    __type(key, __u32);
    __type(value, __u64);
} squares SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 4);
    __type(key, __u32);
    __type(value, struct pair);
} pairs SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 4);
    __type(value, __u32);
} queue SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 4);
} samples SEC(".maps");

struct inner {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} one SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 2);
    __type(key, __u32);
    __array(values, struct inner);
} outer SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
    __uint(max_entries, 4096);
} commands SEC(".maps");

COUNTED_RINGBUF(events, 8192);

static void fill(struct event *event, __u32 number) {
    __builtin_memset(event, 0, sizeof(*event));
    event->number = number;
    event->square = number * number;
    __builtin_memcpy(event->name, "event", sizeof("event"));
}

/* Writes `count` records to the ring. */
SEC("syscall")
int emit(void *ctx) {
    for (__u32 i = 0; i < count && i < 1000; i++) {
        struct event *event = counted_ringbuf_reserve(events, sizeof(*event));
        if (!event) continue;
        fill(event, i);
        bpf_ringbuf_submit(event, 0);
    }
    __sync_fetch_and_add(&total, count);
    return LINUX_KERNEL_VERSION ? 7 : 0;
}

static long receive(struct bpf_dynptr *record, void *ctx) {
    __u64 number = 0;
    if (bpf_dynptr_read(&number, sizeof(number), record, 0, 0)) return 1;
    __sync_fetch_and_add(&received, number);
    return 0;
}

/* Reads the records that the guest wrote. */
SEC("syscall")
int drain(void *ctx) {
    return bpf_user_ringbuf_drain(&commands, receive, NULL, 0);
}

/* Writes `count` records to the perf buffer of this CPU. */
SEC("raw_tp")
int sample(void *ctx) {
    for (__u32 i = 0; i < count && i < 1000; i++) {
        struct event event;
        fill(&event, i);
        bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU, &event, sizeof(event));
    }
    return 0;
}

SEC("raw_tp/sys_enter")
int count_calls(void *ctx) {
    __sync_fetch_and_add(&calls, 1);
    return 0;
}

/* The elements of a map as text. */
SEC("iter/bpf_map_elem")
int dump(struct bpf_iter__bpf_map_elem *ctx) {
    __u32 *key = ctx->key;
    __u64 *value = ctx->value;
    if (!key || !value) return 0;
    __u64 parts[] = {*key, *value};
    bpf_seq_printf(ctx->meta->seq, "%llu=%llu\n", sizeof("%llu=%llu\n"), parts, sizeof(parts));
    return 0;
}

/* The verifier refuses it. */
SEC("?syscall")
int refused(void *ctx) {
    return *(volatile int *)0;
}
