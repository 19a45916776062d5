// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "runqlat.h"

#define ALL_PROCESSES ((__u32)-1)

char LICENSE[] SEC("license") = "GPL";

const volatile pid_t target_tgid = 0;
const volatile bool per_process = false;
const volatile bool milliseconds = false;

/* The time at which each waiting thread became ready to run. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 32768);
    __type(key, pid_t);
    __type(value, __u64);
} ready_since SEC(".maps");

/* A histogram for each process, or one for all. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, MAX_HISTS);
    __type(key, __u32);
    __type(value, struct hist);
} hists SEC(".maps");

/* Linux 5.14 renamed task_struct.state. */
struct task_struct___before_5_14 {
    volatile long state;
} __attribute__((preserve_access_index));

static bool is_runnable(struct task_struct *task) {
    struct task_struct___before_5_14 *older = (void *)task;
    if (bpf_core_field_exists(task->__state)) return BPF_CORE_READ(task, __state) == 0;
    return BPF_CORE_READ(older, state) == 0;
}

static int start_waiting(struct task_struct *task) {
    pid_t pid = task->pid;
    if (pid == 0 || (target_tgid && task->tgid != target_tgid)) return 0;
    __u64 now = bpf_ktime_get_ns();
    bpf_map_update_elem(&ready_since, &pid, &now, BPF_ANY);
    return 0;
}

static __u32 log2_u64(__u64 value) {
    __u32 log = 0;
    for (__u32 shift = 32; shift > 0; shift /= 2) {
        if (value >> shift == 0) continue;
        value >>= shift;
        log += shift;
    }
    return log;
}

static void count_wait(struct task_struct *task, __u64 wait_ns) {
    static const struct hist empty;
    __u32 key = per_process ? (__u32)task->tgid : ALL_PROCESSES;
    struct hist *hist = bpf_map_lookup_elem(&hists, &key);
    if (!hist) {
        bpf_map_update_elem(&hists, &key, &empty, BPF_NOEXIST);
        hist = bpf_map_lookup_elem(&hists, &key);
        if (!hist) return; /* full */
        BPF_CORE_READ_STR_INTO(&hist->comm, task, group_leader, comm); /* each thread has a name, too */
    }
    __u32 slot = log2_u64(wait_ns / (milliseconds ? 1000000 : 1000));
    if (slot >= HIST_SLOTS) slot = HIST_SLOTS - 1;
    __sync_fetch_and_add(&hist->slots[slot], 1);
}

SEC("tp_btf/sched_wakeup")
int BPF_PROG(handle_wakeup, struct task_struct *task) {
    return start_waiting(task);
}

SEC("tp_btf/sched_wakeup_new")
int BPF_PROG(handle_wakeup_new, struct task_struct *task) {
    return start_waiting(task);
}

SEC("tp_btf/sched_switch")
int BPF_PROG(handle_switch, bool preempted, struct task_struct *previous, struct task_struct *next) {
    if (is_runnable(previous)) start_waiting(previous);

    pid_t pid = next->pid;
    __u64 *since = bpf_map_lookup_elem(&ready_since, &pid);
    if (!since) return 0;
    __s64 wait_ns = bpf_ktime_get_ns() - *since;
    if (wait_ns >= 0) count_wait(next, wait_ns);
    bpf_map_delete_elem(&ready_since, &pid);
    return 0;
}
