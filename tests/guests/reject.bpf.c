// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/syscalls/sys_enter_getpgid")
int good(void *ctx) {
    return 0;
}

/* In the same section as the valid program. The verifier prints "invalid mem access 'scalar'". */
SEC("tp/syscalls/sys_enter_getpgid")
int bad(void *ctx) {
    struct task_struct *task = (void *)bpf_get_current_task();
    return BPF_CORE_READ(task, tgid) + *(volatile int *)bpf_ktime_get_ns();
}

SEC("tp/no_such/tracepoint")
int nowhere(void *ctx) {
    return 0;
}
