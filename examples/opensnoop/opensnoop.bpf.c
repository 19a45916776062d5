// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "opensnoop.h"

char LICENSE[] SEC("license") = "GPL";

const volatile pid_t target_tgid = 0;
const volatile bool failed_only = false;

struct {
    __uint(type, BPF_MAP_TYPE_PERF_EVENT_ARRAY);
    __type(key, __u32);
    __type(value, __u32);
} events SEC(".maps");

/* The address of the path that a thread opens. Its page may not be in memory before the system call has read it. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 10240);
    __type(key, __u32);
    __type(value, const char *);
} opening SEC(".maps");

static int start_open(const char *path) {
    __u64 id = bpf_get_current_pid_tgid();
    __u32 tid = (__u32)id;
    if (target_tgid && id >> 32 != target_tgid) return 0;
    bpf_map_update_elem(&opening, &tid, &path, BPF_ANY);
    return 0;
}

static int end_open(struct trace_event_raw_sys_exit *ctx) {
    __u64 id = bpf_get_current_pid_tgid();
    __u32 tid = (__u32)id;
    const char **path = bpf_map_lookup_elem(&opening, &tid);
    if (!path) return 0;
    if (ctx->ret < 0 || !failed_only) {
        struct event event = {.pid = id >> 32, .result = ctx->ret};
        bpf_get_current_comm(event.comm, sizeof(event.comm));
        bpf_probe_read_user_str(event.path, sizeof(event.path), *path);
        bpf_perf_event_output(ctx, &events, BPF_F_CURRENT_CPU, &event, sizeof(event));
    }
    bpf_map_delete_elem(&opening, &tid);
    return 0;
}

SEC("tp/syscalls/sys_enter_openat")
int enter_openat(struct trace_event_raw_sys_enter *ctx) {
    return start_open((const char *)ctx->args[1]);
}

SEC("tp/syscalls/sys_exit_openat")
int exit_openat(struct trace_event_raw_sys_exit *ctx) {
    return end_open(ctx);
}

SEC("tp/syscalls/sys_enter_openat2")
int enter_openat2(struct trace_event_raw_sys_enter *ctx) {
    return start_open((const char *)ctx->args[1]);
}

SEC("tp/syscalls/sys_exit_openat2")
int exit_openat2(struct trace_event_raw_sys_exit *ctx) {
    return end_open(ctx);
}

#ifdef __TARGET_ARCH_x86 /* newer architectures have no open(2) */
SEC("tp/syscalls/sys_enter_open")
int enter_open(struct trace_event_raw_sys_enter *ctx) {
    return start_open((const char *)ctx->args[0]);
}

SEC("tp/syscalls/sys_exit_open")
int exit_open(struct trace_event_raw_sys_exit *ctx) {
    return end_open(ctx);
}
#endif
