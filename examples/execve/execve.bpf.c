// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "execve.h"

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1024 * 1024);
} events SEC(".maps");

/* Memory for one record, which is too large for the stack. */
struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, struct event);
} scratch SEC(".maps");

SEC("raw_tp/sched_process_exec")
int BPF_PROG(handle_exec, struct task_struct *task) {
    __u32 zero = 0;
    struct event *event = bpf_map_lookup_elem(&scratch, &zero);
    if (!event) return 0;

    struct task_struct *parent = BPF_CORE_READ(task, real_parent);
    event->pid = BPF_CORE_READ(task, tgid);
    event->ppid = BPF_CORE_READ(parent, tgid);
    event->uid = (__u32)bpf_get_current_uid_gid();
    BPF_CORE_READ_STR_INTO(&event->comm, parent, comm);

    /* The new program's command line lies in one piece at the top of its stack. */
    unsigned long start = BPF_CORE_READ(task, mm, arg_start);
    __u64 size = BPF_CORE_READ(task, mm, arg_end) - start;
    event->arguments_size = size;
    if (size > ARGUMENTS_MAX) size = ARGUMENTS_MAX;
    if (bpf_probe_read_user(event->arguments, size, (void *)start) < 0) return 0;
    bpf_ringbuf_output(&events, event, offsetof(struct event, arguments) + size, 0);
    return 0;
}
