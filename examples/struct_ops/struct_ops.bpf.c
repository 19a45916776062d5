// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include "struct_ops.h"

#define AF_INET 2

char LICENSE[] SEC("license") = "GPL";

const volatile __u32 window = 10;

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} connections SEC(".maps");

/* The used members of the kernel's structs. All others would make the guest 30 KB larger. */
struct inet_sock___used {
    __be16 inet_sport;
} __attribute__((preserve_access_index));

struct inet_connection_sock___used {
    struct inet_sock___used icsk_inet;
} __attribute__((preserve_access_index));

struct tcp_sock___used {
    struct inet_connection_sock___used inet_conn;
    __u32 snd_cwnd;
    __u32 delivered;
    __u32 lost;
    __u32 srtt_us;
    __u64 bytes_sent;
    __u64 bytes_retrans;
} __attribute__((preserve_access_index));

struct sock_common___used {
    __be32 skc_daddr;
    __be32 skc_rcv_saddr;
    __be16 skc_dport;
    unsigned short skc_family;
} __attribute__((preserve_access_index));

struct sock___used {
    struct sock_common___used __sk_common;
} __attribute__((preserve_access_index));

/* The verifier knows that each socket of a congestion control is one of TCP. */
static struct tcp_sock___used *tcp_of(struct sock___used *sk) {
    return (struct tcp_sock___used *)sk;
}

/* Called when a connection is established. */
SEC("struct_ops")
void BPF_PROG(begin, struct sock___used *sk) {
    tcp_of(sk)->snd_cwnd = window;
}

/* Called for each acknowledgement. */
SEC("struct_ops")
void BPF_PROG(avoid_congestion, struct sock___used *sk, __u32 ack, __u32 acked) {
    tcp_of(sk)->snd_cwnd = window;
}

/* Called after a loss: other algorithms then halve their window. */
SEC("struct_ops")
__u32 BPF_PROG(threshold, struct sock___used *sk) {
    return window;
}

/* Called when a loss was none. */
SEC("struct_ops")
__u32 BPF_PROG(undo, struct sock___used *sk) {
    return window;
}

/* Called when a connection has ended. */
SEC("struct_ops")
void BPF_PROG(end, struct sock___used *sk) {
    struct tcp_sock___used *tcp = tcp_of(sk);
    if (sk->__sk_common.skc_family != AF_INET) return;
    struct connection *connection = bpf_ringbuf_reserve(&connections, sizeof(*connection), 0);
    if (!connection) return;
    __u32 local = sk->__sk_common.skc_rcv_saddr, remote = sk->__sk_common.skc_daddr;
    __builtin_memcpy(connection->local, &local, 4);
    __builtin_memcpy(connection->remote, &remote, 4);
    connection->local_port = bpf_ntohs(tcp->inet_conn.icsk_inet.inet_sport);
    connection->remote_port = bpf_ntohs(sk->__sk_common.skc_dport);
    connection->packets = tcp->delivered;
    connection->lost = tcp->lost;
    connection->rtt_us = tcp->srtt_us >> 3; /* the kernel counts eighths */
    connection->bytes = tcp->bytes_sent - tcp->bytes_retrans;
    bpf_ringbuf_submit(connection, 0);
}

SEC(".struct_ops.link")
struct tcp_congestion_ops fixed_window = {
    .init = (void *)begin,
    .cong_avoid = (void *)avoid_congestion,
    .ssthresh = (void *)threshold,
    .undo_cwnd = (void *)undo,
    .release = (void *)end,
    .name = "bpf_fixed",
};
