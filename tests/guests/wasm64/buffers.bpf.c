// SPDX-License-Identifier: MIT
/* Sends exact numbers of records on demand, and takes records out of a user ring buffer. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "buffers.h"

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, RING_BYTES);
} ring SEC(".maps"), second SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __type(key, __u32);
    __type(value, __u32);
} perf SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_USER_RINGBUF);
    __uint(max_entries, USER_RING_BYTES);
} user SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct command);
} commands SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct drained);
} drained SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64[RECORD_BYTES_MAX / 8]);
} scratch SEC(".maps");

/* Maps for calls on elements. No program uses them. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, __u32);
    __type(value, __u64);
} hash SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_HASH);
    __uint(max_entries, 8);
    __type(key, __u32);
    __type(value, __u32);
} percpu SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_QUEUE);
    __uint(max_entries, 4);
    __type(value, __u32);
} queue SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
    __uint(max_entries, 2);
    __type(key, __u32);
    __array(
        values, struct {
            __uint(type, BPF_MAP_TYPE_HASH);
            __uint(max_entries, 1024);
            __type(key, __u32);
            __type(value, __u64);
        });
} outer SEC(".maps");

/* The members of union bpf_attr for BPF_MAP_UPDATE_ELEM. */
struct update_attr {
    __u32 map_fd;
    __u32 padding;
    __u64 key;
    __u64 value;
    __u64 flags;
};

struct run {
    void *ctx;
    __u64 *bytes;
    struct command command;
};

static long emit(__u32 index, struct run *run) {
    __u32 size = run->command.size;
    if (size > RECORD_BYTES_MAX) return 1;
    run->bytes[0] = run->command.first + index;
    if (run->command.kind == TO_PERF)
        bpf_perf_event_output(run->ctx, &perf, BPF_F_CURRENT_CPU, run->bytes, size);
    else if (run->command.kind == TO_RING)
        bpf_ringbuf_output(&ring, run->bytes, size, 0);
    else
        bpf_ringbuf_output(&second, run->bytes, size, 0);
    return 0;
}

static long take(struct bpf_dynptr *record, void *context) {
    struct drained *drained = context;
    __u64 number = 0;
    bpf_dynptr_read(&number, sizeof(number), record, 0, 0);
    drained->count++;
    drained->sum += number;
    return 0;
}

SEC("tp/syscalls/sys_enter_bpf")
int on_bpf(struct trace_event_raw_sys_enter *ctx) {
    __u32 zero = 0;
    struct update_attr attr;
    struct run run = {.ctx = ctx};
    if (ctx->args[0] != BPF_MAP_UPDATE_ELEM || bpf_probe_read_user(&attr, sizeof(attr), (void *)ctx->args[1]) < 0 ||
        bpf_probe_read_user(&run.command, sizeof(run.command), (void *)attr.value) < 0 ||
        run.command.magic != COMMAND_MAGIC)
        return 0;
    run.bytes = bpf_map_lookup_elem(&scratch, &zero);
    struct drained *all = bpf_map_lookup_elem(&drained, &zero);
    if (!run.bytes || !all) return 0;
    if (run.command.kind == DRAIN) {
        struct drained now = {};
        bpf_user_ringbuf_drain(&user, take, &now, 0);
        all->count += now.count;
        all->sum += now.sum;
    } else {
        bpf_loop(run.command.count, emit, &run, 0);
    }
    return 0;
}
