// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

SEC("struct_ops")
__u32 BPF_PROG(tuned_ssthresh, struct sock *sk) {
    return 10;
}

SEC("struct_ops")
__u32 BPF_PROG(tuned_undo_cwnd, struct sock *sk) {
    return 10;
}

SEC("struct_ops")
void BPF_PROG(tuned_cong_avoid, struct sock *sk, __u32 ack, __u32 acked) {}

SEC(".struct_ops.link")
struct tcp_congestion_ops tuned = {
    .ssthresh = (void *)tuned_ssthresh,
    .undo_cwnd = (void *)tuned_undo_cwnd,
    .cong_avoid = (void *)tuned_cong_avoid,
    .flags = 2, /* TCP_CONG_NEEDS_ECN */
    .name = "wasm_bpf_tuned",
};
