// SPDX-License-Identifier: MIT
/* Reads the environment of the process that runs it. */
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define MAGIC 0x686f73746d656d6fULL

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} trigger SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, char[1024]);
} environment SEC(".maps");

/* The members of union bpf_attr for BPF_MAP_UPDATE_ELEM. */
struct update_attr {
    __u32 map_fd;
    __u32 padding;
    __u64 key;
    __u64 value;
    __u64 flags;
};

/* Runs when the guest puts MAGIC into a map, in a system call of the host process. */
SEC("tp/syscalls/sys_enter_bpf")
int on_bpf(struct trace_event_raw_sys_enter *ctx) {
    struct update_attr attr;
    __u64 value;
    __u32 zero = 0;
    if (ctx->args[0] != BPF_MAP_UPDATE_ELEM || bpf_probe_read_user(&attr, sizeof(attr), (void *)ctx->args[1]) ||
        bpf_probe_read_user(&value, sizeof(value), (void *)attr.value) || value != MAGIC)
        return 0;
    char *found = bpf_map_lookup_elem(&environment, &zero);
    struct task_struct *task = (void *)bpf_get_current_task();
    unsigned long start = BPF_CORE_READ(task, mm, env_start), end = BPF_CORE_READ(task, mm, env_end);
    if (found) bpf_probe_read_user(found, end - start < 1024 ? end - start : 1024, (void *)start);
    return 0;
}
