// SPDX-License-Identifier: MIT
/* Programs that write records into each kind of buffer when they are run. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 512 * 1024);
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

struct record {
    long number;
    char text[24];
};

/* Larger than the room that the SDK has for a batch. */
struct large {
    long number;
    char bytes[200000];
};

int count = 1;
long next;
long drained;
long sum;

static long send(int index, void *ring) {
    struct record record = {.number = next++, .text = "record"};
    return bpf_ringbuf_output(ring, &record, sizeof(record), 0);
}

SEC("syscall")
int fill(void *ctx) {
    int i;
    bpf_for(i, 0, count) send(i, &first);
    return 0;
}

SEC("syscall")
int fill_second(void *ctx) {
    int i;
    bpf_for(i, 0, count) send(i, &second);
    return 0;
}

SEC("syscall")
int fill_large(void *ctx) {
    struct large *large = bpf_ringbuf_reserve(&first, sizeof(*large), 0);
    if (!large) return -1;
    large->number = next++;
    large->bytes[sizeof(large->bytes) - 1] = 'z';
    bpf_ringbuf_submit(large, 0);
    return 0;
}

SEC("raw_tp/sys_enter")
int fill_events(void *ctx) {
    int i;
    bpf_for(i, 0, count) {
        struct record record = {.number = next++, .text = "event"};
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
    drained = bpf_user_ringbuf_drain(&commands, take, 0, 0);
    return 0;
}
