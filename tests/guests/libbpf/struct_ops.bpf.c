// SPDX-License-Identifier: MIT
/* Programs for a congestion control whose members the guest sets. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "struct_ops.h"

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops")
__u32 BPF_PROG(first_ssthresh, struct sock *sk) {
    return 10;
}

SEC("struct_ops")
__u32 BPF_PROG(second_ssthresh, struct sock *sk) {
    return 20;
}

SEC("struct_ops")
__u32 BPF_PROG(keep_cwnd, struct sock *sk) {
    return 10;
}

SEC("struct_ops")
void BPF_PROG(avoid_nothing, struct sock *sk, __u32 ack, __u32 acked) {}

SEC("tp_btf/sched_switch")
int other_kind(void *ctx) {
    return 0;
}

SEC(".struct_ops")
struct tcp_congestion_ops___members tuned = {
    .ssthresh = (void *)first_ssthresh,
    .undo_cwnd = (void *)keep_cwnd,
    .cong_avoid = (void *)avoid_nothing,
    .flags = 2,
    .name = "wb_members",
};
