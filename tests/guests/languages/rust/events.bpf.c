// SPDX-License-Identifier: MIT
/* Programs that write records into buffers when they are run, and one that counts a system call when it is attached. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

struct record {
    __u64 number;
    char text[24];
};

/* Keeps the type in the object. */
const struct record *unused_record;

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

__u32 count;
__u64 next_number;
__u64 sum;
__u32 drained;
__u32 calls;
__u32 returns;
__u32 ticks;
__u64 cookie;

static void send(void *ring) {
    struct record record = {.number = next_number++, .text = "record"};
    bpf_ringbuf_output(ring, &record, sizeof(record), 0);
}

SEC("syscall")
int fill(void *ctx) {
    int i;
    bpf_for(i, 0, count) send(&first);
    return 0;
}

SEC("syscall")
int fill_second(void *ctx) {
    int i;
    bpf_for(i, 0, count) send(&second);
    return 0;
}

SEC("raw_tp/sys_enter")
int fill_events(void *ctx) {
    int i;
    bpf_for(i, 0, count) {
        struct record record = {.number = next_number++, .text = "event"};
        bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &record, sizeof(record));
    }
    return 0;
}

static long take(struct bpf_dynptr *dynptr, void *context) {
    const __u64 *number = bpf_dynptr_data(dynptr, 0, sizeof(*number));
    if (number) sum += *number;
    return 0;
}

SEC("syscall")
int drain(void *ctx) {
    drained = bpf_user_ringbuf_drain(&commands, take, 0, 0);
    return 0;
}

/* The argument is one that no other process gives. */
#define NO_PROCESS 0x12345678

SEC("tp/syscalls/sys_enter_getpgid")
int on_getpgid(struct trace_event_raw_sys_enter *ctx) {
    if (ctx->args[0] == NO_PROCESS) __sync_fetch_and_add(&calls, 1);
    return 0;
}

SEC("tp/syscalls/sys_exit_getpgid")
int on_return(struct trace_event_raw_sys_exit *ctx) {
    if (ctx->ret == -3) __sync_fetch_and_add(&returns, 1);
    return 0;
}

SEC("perf_event")
int on_clock(struct bpf_perf_event_data *ctx) {
    __sync_fetch_and_add(&ticks, 1);
    cookie = bpf_get_attach_cookie(ctx);
    return 0;
}

/* Attaches nowhere by itself. */
SEC("tp")
int by_hand(void *ctx) {
    return 0;
}
