// SPDX-License-Identifier: MIT
/* Measures the time from the beginning of a TCP connection until it is established, by the states of its socket. */
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

char LICENSE[] SEC("license") = "GPL";

#define AF_INET 2

struct event {
    __u64 latency_us;
    int pid;
    __u16 family;
    __u16 port; /* of the other side */
    __u8 from[16];
    __u8 to[16];
    char comm[16];
};

/* Keeps the type in the object, for the guest. */
const struct event *unused_event;

/* The process that began a connection. The established state comes with a packet, in the middle of any process. */
struct start {
    __u64 time_ns;
    int pid;
    char comm[16];
};

const volatile __u64 min_latency_us = 0;
const volatile int only_pid = 0;

/* The number of events that did not fit into the ring. */
__u64 lost = 0;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} events SEC(".maps");

/* Connections that are being made, by the addresses of their sockets. */
struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(max_entries, 8192);
    __type(key, __u64);
    __type(value, struct start);
} starts SEC(".maps");

static void begin(__u64 key) {
    struct start start = {.time_ns = bpf_ktime_get_ns(), .pid = bpf_get_current_pid_tgid() >> 32};

    if (only_pid && start.pid != only_pid) return;
    bpf_get_current_comm(start.comm, sizeof(start.comm));
    bpf_map_update_elem(&starts, &key, &start, BPF_ANY);
}

static void report(const struct sock *sk, const struct start *start) {
    __u64 latency_us = (bpf_ktime_get_ns() - start->time_ns) / 1000;
    struct event *event;

    if (latency_us < min_latency_us) return;
    event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);
    if (!event) {
        __sync_fetch_and_add(&lost, 1);
        return;
    }
    __builtin_memset(event, 0, sizeof(*event));
    event->latency_us = latency_us;
    event->pid = start->pid;
    event->family = sk->__sk_common.skc_family;
    event->port = bpf_ntohs(sk->__sk_common.skc_dport);
    __builtin_memcpy(event->comm, start->comm, sizeof(event->comm));
    if (event->family == AF_INET) {
        *(__u32 *)event->from = sk->__sk_common.skc_rcv_saddr;
        *(__u32 *)event->to = sk->__sk_common.skc_daddr;
    } else {
        bpf_probe_read_kernel(event->from, sizeof(event->from), &sk->__sk_common.skc_v6_rcv_saddr);
        bpf_probe_read_kernel(event->to, sizeof(event->to), &sk->__sk_common.skc_v6_daddr);
    }
    bpf_ringbuf_submit(event, 0);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_state, const struct sock *sk, int old_state, int new_state) {
    __u64 key = (__u64)sk;
    struct start *start;

    if (sk->sk_protocol != IPPROTO_TCP) return 0;
    if (new_state == TCP_SYN_SENT) {
        begin(key);
        return 0;
    }
    start = bpf_map_lookup_elem(&starts, &key);
    if (!start) return 0;
    if (new_state == TCP_ESTABLISHED) report(sk, start);
    bpf_map_delete_elem(&starts, &key);
    return 0;
}
