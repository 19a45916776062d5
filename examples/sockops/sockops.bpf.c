// SPDX-License-Identifier: MIT
#include "vmlinux.h"
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>
#include "sockops.h"

#define AF_INET 2

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 256 * 1024);
} connections SEC(".maps");

SEC("sockops")
int report_established(struct bpf_sock_ops *ops) {
    if (ops->op != BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB && ops->op != BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB) return 1;
    if (ops->family != AF_INET) return 1;

    struct connection *connection = bpf_ringbuf_reserve(&connections, sizeof(*connection), 0);
    if (!connection) return 1;
    __u32 local = ops->local_ip4, remote = ops->remote_ip4; /* in network byte order */
    __builtin_memcpy(connection->local, &local, 4);
    __builtin_memcpy(connection->remote, &remote, 4);
    connection->local_port = ops->local_port;
    connection->remote_port = bpf_ntohl(ops->remote_port);
    connection->is_active = ops->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB;
    connection->rtt_us = ops->srtt_us >> 3; /* the kernel counts eighths */
    bpf_ringbuf_submit(connection, 0);
    return 1;
}
