// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "bootstrap.h"

char LICENSE[] SEC("license") = "GPL";

/* The used members of task_struct. All others would make the guest 25 KB larger. */
struct task_struct___used {
    pid_t pid;
    pid_t tgid;
    int exit_code;
    struct task_struct___used *real_parent;
} __attribute__((preserve_access_index));

const volatile __u64 min_duration_ns = 0;

/* The number of events that did not fit into the ring. */
__u64 lost = 0;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1024 * 1024); /* about 5,800 events */
} events SEC(".maps");

/* The time at which each process started. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 16384);
    __type(key, pid_t);
    __type(value, __u64);
} exec_start SEC(".maps");

/* Keeps the type in the object, for guests in other languages. */
const struct event *unused;

static struct event *new_event(struct task_struct___used *task) {
    struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event) {
        __sync_fetch_and_add(&lost, 1);
        return NULL;
    }
    __builtin_memset(event, 0, sizeof(*event));
    event->pid = task->tgid;
    event->ppid = BPF_CORE_READ(task, real_parent, tgid);
    bpf_get_current_comm(event->comm, sizeof(event->comm));
    return event;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(handle_exec, struct task_struct___used *task, pid_t old_pid, struct linux_binprm *binary) {
    pid_t pid = task->tgid;
    __u64 now = bpf_ktime_get_ns();
    bpf_map_update_elem(&exec_start, &pid, &now, BPF_ANY);
    if (min_duration_ns) return 0; /* the duration is known only at the end */

    struct event *event = new_event(task);
    if (!event) return 0;
    bpf_probe_read_kernel_str(event->filename, sizeof(event->filename), binary->filename);
    bpf_ringbuf_submit(event, 0);
    return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(handle_exit, struct task_struct___used *task) {
    pid_t pid = task->tgid;
    if (task->pid != pid) return 0; /* a thread */

    __u64 *start = bpf_map_lookup_elem(&exec_start, &pid);
    __u64 duration_ns = start ? bpf_ktime_get_ns() - *start : 0;
    bpf_map_delete_elem(&exec_start, &pid);
    if (duration_ns < min_duration_ns) return 0;

    struct event *event = new_event(task);
    if (!event) return 0;
    event->is_exit = 1;
    event->duration_ns = duration_ns;
    event->exit_code = (BPF_CORE_READ(task, exit_code) >> 8) & 0xff;
    bpf_ringbuf_submit(event, 0);
    return 0;
}
