// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

#define NAME_SIZE 16

char LICENSE[] SEC("license") = "GPL";

/* Only processes with this name, if it is not empty. */
const volatile char only_name[NAME_SIZE] = "";

/* The used members of the kernel's structs. All others would make the guest 25 KB larger. */
struct signal_struct___used {
    int nr_threads;
} __attribute__((preserve_access_index));

struct task_struct___used {
    unsigned int __state;
    int exit_state;
    pid_t pid;
    pid_t tgid;
    struct task_struct___used *real_parent;
    __u64 start_boottime;
    char comm[NAME_SIZE];
    struct signal_struct___used *signal;
} __attribute__((preserve_access_index));

struct bpf_iter__task___used {
    struct bpf_iter_meta *meta;
    struct task_struct___used *task;
} __attribute__((preserve_access_index));

/* Linux 5.14 renamed task_struct.state. */
struct task_struct___before_5_14 {
    volatile long state;
} __attribute__((preserve_access_index));

static unsigned state_of(struct task_struct___used *task) {
    struct task_struct___before_5_14 *older = (void *)task;
    if (bpf_core_field_exists(task->__state)) return task->__state;
    return older->state;
}

static const char *state_name(struct task_struct___used *task) {
    unsigned state = state_of(task);
    if (task->exit_state) return "zombie"; /* ended, but its parent has not read its exit code */
    if (state == 0) return "running";
    if (state & 0x400) return "idle";
    if (state & 1) return "sleeping";
    if (state & 2) return "disk"; /* it waits for a disk, for example, and no signal ends that */
    return "stopped";
}

static bool has_name(struct task_struct___used *task) {
    for (int i = 0; i < NAME_SIZE; i++) {
        if (task->comm[i] != only_name[i]) return false;
        if (only_name[i] == '\0') return true;
    }
    return true;
}

/* The kernel calls this for every thread, when the guest reads the iterator, and once more at the end without one. */
SEC("iter/task")
int print_process(struct bpf_iter__task___used *ctx) {
    struct seq_file *output = ctx->meta->seq;
    struct task_struct___used *task = ctx->task;
    if (!task || task->pid != task->tgid) return 0;
    if (only_name[0] && !has_name(task)) return 0;

    __u64 age_s = (bpf_ktime_get_boot_ns() - task->start_boottime) / 1000000000;
    BPF_SEQ_PRINTF(output, "%-7d %-7d %7d %10llu %-8s %s\n", task->tgid, task->real_parent->tgid,
                   task->signal->nr_threads, age_s, state_name(task), task->comm);
    return 0;
}
