// SPDX-License-Identifier: MIT
/* Sends exact numbers of records on demand; struct command describes a request. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "events.h"

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, RING_BYTES);
} ring SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __type(key, __u32);
    __type(value, __u32);
} perf SEC(".maps");

/* The map for a guest's commands. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct command);
} commands SEC(".maps");

/* The numbers of sent and lost records. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} sent SEC(".maps");

struct bytes {
    struct record record;
    char rest[RECORD_SIZE_MAX - sizeof(struct record)];
};

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct bytes);
} scratch SEC(".maps");

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
    struct record *record;
    __u64 *sent;
    struct command command;
};

static long emit(__u32 index, struct run *run) {
    __u32 size = run->command.size;
    if (size > RECORD_SIZE_MAX) return 1;
    run->record->sent_ns = bpf_ktime_get_ns();
    run->record->number = __sync_fetch_and_add(run->sent, 1);
    if (run->command.kind == COMMAND_PERF) {
        bpf_perf_event_output(run->ctx, &perf, BPF_F_CURRENT_CPU, run->record, size);
        return 0;
    }
    __u64 flags = 0;
    if (run->command.kind == COMMAND_RING)
        flags = index + 1 == run->command.count ? BPF_RB_FORCE_WAKEUP : BPF_RB_NO_WAKEUP;
    bpf_ringbuf_output(&ring, run->record, size, flags);
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
    struct bytes *bytes = bpf_map_lookup_elem(&scratch, &zero);
    run.sent = bpf_map_lookup_elem(&sent, &zero);
    if (!bytes || !run.sent) return 0;
    run.record = &bytes->record;
    run.record->pid = bpf_get_current_pid_tgid() >> 32;
    run.record->ppid = 1;
    run.record->duration_ns = 1234567;
    bpf_get_current_comm(run.record->comm, sizeof(run.record->comm));
    bpf_loop(run.command.count, emit, &run, 0);
    return 0;
}
