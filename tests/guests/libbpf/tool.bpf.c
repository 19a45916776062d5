// SPDX-License-Identifier: MIT
/* Counts calls of bpf(2) of one process with their kernel stacks, and sends an event for each. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "tool.h"

char LICENSE[] SEC("license") = "GPL";

const volatile unsigned int target = 0;
const volatile bool in_cgroup = false;

unsigned int slots[MAX_SLOTS];

struct {
    __uint(type, BPF_MAP_TYPE_STACK_TRACE);
    __type(key, u32);
} stacks SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 1024);
    __type(key, struct call_key);
    __type(value, u64);
} counts SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_CGROUP_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, u32);
} cgroups SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 65536);
} events SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, struct call_event);
} heap SEC(".maps");

static void send(void *ctx, u32 tgid) {
    struct call_event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event) return;
    event->tgid = tgid;
    event->size = sizeof(*event);
    bpf_get_current_comm(event->comm, sizeof(event->comm));
    bpf_ringbuf_submit(event, 0);
}

SEC("tracepoint/syscalls/sys_enter_bpf")
int on_bpf(struct trace_event_raw_sys_enter *ctx) {
    u32 tgid = bpf_get_current_pid_tgid() >> 32;
    if (tgid != target || ctx->args[0] != FREEZE) return 0;
    if (in_cgroup && bpf_current_task_under_cgroup(&cgroups, 0) != 1) return 0;
    struct call_key key = {.tgid = tgid, .kernel_stack = bpf_get_stackid(ctx, &stacks, 0)};
    u64 one = 1, *count = bpf_map_lookup_elem(&counts, &key);
    if (count)
        __sync_fetch_and_add(count, 1);
    else
        bpf_map_update_elem(&counts, &key, &one, BPF_ANY);
    __sync_fetch_and_add(&slots[3], 1);
    send(ctx, tgid);
    return 0;
}

/* Only on kernels that let programs attach here. */
SEC("fentry/no_function_of_this_name")
int BPF_missing(void *ctx) {
    return 0;
}
