// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

/* A minimal congestion control that counts its connections. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} runs SEC(".maps");

SEC("struct_ops")
void BPF_PROG(count_runs, struct sock *sk) {
    __u32 zero = 0;
    __u64 *runs_so_far = bpf_map_lookup_elem(&runs, &zero);
    if (runs_so_far) __sync_fetch_and_add(runs_so_far, 1);
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
    .init = (void *)count_runs,
    .ssthresh = (void *)keep_ssthresh,
    .undo_cwnd = (void *)keep_cwnd,
    .cong_avoid = (void *)avoid_nothing,
    .name = "wasm_bpf_test",
};
