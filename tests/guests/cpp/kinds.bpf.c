// SPDX-License-Identifier: MIT
/* Maps and buffers of each kind, and programs that change them when they are run. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "kinds.h"

char LICENSE[] SEC("license") = "GPL";

const volatile int pid = 0;
int count = 1;
long calls;
long next;
long sum;

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 100);
    __type(key, struct item_key);
    __type(value, struct item);
} hash SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 10);
    __type(key, __u32);
    __type(value, __u32);
} cpu_hash SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 10);
    __type(key, __u32);
    __type(value, __u64);
} lru SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 4);
    __type(value, int);
} queue SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_STACK);
    __uint(max_entries, 4);
    __type(value, int);
} stack SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_BLOOM_FILTER);
    __uint(max_entries, 100);
    __type(value, __u64);
} bloom SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1000);
    __uint(map_flags, BPF_F_MMAPABLE);
    __type(key, __u32);
    __type(value, int);
} shared SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 64 * 1024);
} first SEC(".maps"), second SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __uint(key_size, sizeof(int));
    __uint(value_size, sizeof(int));
} events SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
    __uint(max_entries, 4096);
} commands SEC(".maps");

SEC("syscall")
int change(void *ctx) {
    struct item_key key = {.number = 7, .kind = 1};
    struct item *value = bpf_map_lookup_elem(&hash, &key);
    if (value) value->total += 100;
    __u32 first_key = 1;
    __u32 *own = bpf_map_lookup_elem(&cpu_hash, &first_key);
    if (own) *own += 5;
    __u32 index = 999;
    int *number = bpf_map_lookup_elem(&shared, &index);
    if (number) __sync_fetch_and_add(number, 10);
    return 42;
}

static void send(void *ring) {
    struct sent record = {.number = next++, .text = "record"};
    bpf_ringbuf_output(ring, &record, sizeof(record), 0);
}

SEC("syscall")
int fill(void *ctx) {
    int i;
    bpf_for(i, 0, count) {
        send(&first);
        if (i % 2) send(&second);
    }
    return 0;
}

SEC("syscall")
int fill_short(void *ctx) {
    int number = 1;
    bpf_ringbuf_output(&first, &number, sizeof(number), 0);
    return 0;
}

SEC("raw_tp/sys_enter")
int fill_events(void *ctx) {
    int i;
    bpf_for(i, 0, count) {
        struct sent record = {.number = next++, .text = "event"};
        bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &record, sizeof(record));
    }
    return 0;
}

static long take(struct bpf_dynptr *dynptr, void *context) {
    const long *number = bpf_dynptr_data(dynptr, 0, sizeof(*number));
    if (number) sum += *number;
    return 0;
}

SEC("syscall")
int drain(void *ctx) {
    return bpf_user_ringbuf_drain(&commands, take, 0, 0);
}

/* Counts the calls of one process while it is attached. */
SEC("raw_tp/sys_enter")
int count_calls(void *ctx) {
    if (bpf_get_current_pid_tgid() >> 32 == pid) __sync_fetch_and_add(&calls, 1);
    return 0;
}

/* Its line has a name that only this object has. */
SEC("iter/bpf_map")
int list_maps(struct bpf_iter__bpf_map *ctx) {
    struct bpf_map *map = ctx->map;
    if (map && map->max_entries == 1000 && map->value_size == 4 && map->key_size == 4 && map->name[0] == 's') {
        struct listed listed = {.max_entries = map->max_entries, .value_size = map->value_size};
        bpf_seq_write(ctx->meta->seq, &listed, sizeof(listed));
    }
    return 0;
}
