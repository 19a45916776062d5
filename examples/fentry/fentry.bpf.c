// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "fentry.h"

#define AF_INET6 10

char LICENSE[] SEC("license") = "GPL";

const volatile pid_t target_tgid = 0;

struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, MAX_FLOWS);
    __type(key, struct flow);
    __type(value, struct traffic);
} flows SEC(".maps");

/*
 * A program at the exit of a function has the arguments and the result at once, and follows pointers without helpers:
 * the verifier knows their types.
 */
SEC("fexit/tcp_sendmsg")
int BPF_PROG(count_send, struct sock *sk, struct msghdr *message, size_t size, int result) {
    static const struct traffic none;
    struct flow flow = {.pid = bpf_get_current_pid_tgid() >> 32};
    if (result <= 0 || (target_tgid && flow.pid != target_tgid)) return 0;
    flow.family = sk->__sk_common.skc_family;
    flow.port = bpf_ntohs(sk->__sk_common.skc_dport);
    bpf_get_current_comm(flow.comm, sizeof(flow.comm));
    if (flow.family == AF_INET6)
        BPF_CORE_READ_INTO(&flow.address, sk, __sk_common.skc_v6_daddr);
    else
        __builtin_memcpy(flow.address, &(__u32){sk->__sk_common.skc_daddr}, sizeof(__u32));

    struct traffic *traffic = bpf_map_lookup_elem(&flows, &flow);
    if (!traffic) {
        bpf_map_update_elem(&flows, &flow, &none, BPF_NOEXIST);
        traffic = bpf_map_lookup_elem(&flows, &flow);
        if (!traffic) return 0; /* full */
    }
    __sync_fetch_and_add(&traffic->sends, 1);
    __sync_fetch_and_add(&traffic->bytes, result);
    return 0;
}
