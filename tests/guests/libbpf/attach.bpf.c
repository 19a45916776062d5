// SPDX-License-Identifier: MIT
/* Programs of several kinds, which a guest attaches. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

int traced, sampled;

SEC("tp/syscalls/sys_enter_clock_nanosleep")
int trace_sleep(void *ctx) {
    __sync_fetch_and_add(&traced, 1);
    return 0;
}

SEC("perf_event")
int sample(void *ctx) {
    __sync_fetch_and_add(&sampled, 1);
    return 0;
}

SEC("iter/task")
int show_tasks(struct bpf_iter__task *ctx) {
    struct seq_file *seq = ctx->meta->seq;
    const struct task_struct *task = ctx->task;
    static const char format[] = "task %d\n";
    __u64 values[] = {task ? task->tgid > 0 : 0};
    if (task) bpf_seq_printf(seq, format, sizeof(format), values, sizeof(values));
    return 0;
}

SEC("struct_ops")
__u32 BPF_PROG(keep_ssthresh, struct sock *sk) {
    return 10;
}

SEC("struct_ops")
__u32 BPF_PROG(keep_cwnd, struct sock *sk) {
    return 10;
}

SEC("struct_ops")
void BPF_PROG(avoid_nothing, struct sock *sk, __u32 ack, __u32 acked) {}

SEC(".struct_ops")
struct tcp_congestion_ops congestion = {
    .ssthresh = (void *)keep_ssthresh,
    .undo_cwnd = (void *)keep_cwnd,
    .cong_avoid = (void *)avoid_nothing,
    .name = "libbpf_guest",
};
