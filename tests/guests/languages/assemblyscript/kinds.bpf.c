// SPDX-License-Identifier: MIT
/* Maps of the kinds that bindings have classes for, and programs that a guest runs to use them. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct place {
    __u8 tag; /* a gap follows, which is part of the key */
    __u64 number;
};

struct record {
    __u32 number;
    __u8 flag;
    char comm[16];
    __u64 total;
};

extern __u32 LINUX_KERNEL_VERSION __kconfig;

const volatile __u32 step = 1;
__u32 wanted;
__u64 runs;
__u64 produced;
__u32 greeting = 42;

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16);
    __type(key, struct place);
    __type(value, struct record);
} records SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u16);
} small SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 2);
    __type(key, __u32);
    __type(value, __u32);
} counts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 2);
    __type(value, __u32);
} waiting SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} events SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, 4);
    __uint(value_size, 4);
} samples SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
    __uint(max_entries, 4096);
} commands SEC(".maps");

__u64 commanded;
__u64 ticks;

static long add_command(struct bpf_dynptr *command, void *ctx) {
    __u64 value;
    if (bpf_dynptr_read(&value, sizeof(value), command, 0, 0) == 0) commanded += value;
    return 0;
}

/* Reads what the guest has written. */
SEC("syscall")
int drain(void *ctx) {
    return bpf_user_ringbuf_drain(&commands, add_command, NULL, 0);
}

SEC("perf_event")
int tick(void *ctx) {
    __sync_fetch_and_add(&ticks, 1);
    return 0;
}

/* Changes the record of a key that this program builds, whose gap is 0. */
SEC("syscall")
int change(void *ctx) {
    struct place key = {};
    key.tag = 7;
    key.number = 9;
    struct record *record = bpf_map_lookup_elem(&records, &key);
    if (!record || LINUX_KERNEL_VERSION == 0) return -1;
    record->total += step;
    return record->number;
}

/* Sends `wanted` records, and counts them per CPU. */
SEC("syscall")
int produce(void *ctx) {
    for (__u32 i = 0; i < 1000 && i < wanted; i++) {
        struct record *record = bpf_ringbuf_reserve(&events, sizeof(*record), 0);
        if (!record) return i;
        __builtin_memset(record, 0, sizeof(*record));
        record->number = i;
        record->total = (__u64)i * i;
        record->flag = i & 1;
        __builtin_memcpy(record->comm, "produce", 8);
        bpf_ringbuf_submit(record, 0);
        produced++;
    }
    __u32 key = 1;
    __u32 *count = bpf_map_lookup_elem(&counts, &key);
    if (count) *count += wanted;
    return wanted;
}

/* Sends `wanted` samples to the buffer of this CPU. */
SEC("raw_tp/sys_enter")
int sample(void *ctx) {
    struct record record = {};
    for (__u32 i = 0; i < 1000 && i < wanted; i++) {
        record.number = i;
        bpf_perf_event_output(ctx, &samples, BPF_F_CURRENT_CPU, &record, sizeof(record));
    }
    return 0;
}

SEC("raw_tp/sys_enter")
int count_calls(void *ctx) {
    __sync_fetch_and_add(&runs, 1);
    return 0;
}

SEC("iter/bpf_map")
int list_maps(struct bpf_iter__bpf_map *ctx) {
    struct seq_file *out = ctx->meta->seq;
    struct bpf_map *map = ctx->map;
    if (!map) return 0;
    static const char format[] = "map %s\n";
    __u64 name = (__u64)map->name;
    bpf_seq_printf(out, format, sizeof(format), &name, sizeof(name));
    return 0;
}
