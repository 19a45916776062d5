// SPDX-License-Identifier: MIT
// A program for each row of the table of privileges, and others that need privileges. privileges_test.ts loads each
// separately.

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define PROGRAM(section, name, result) \
    SEC(section) int name(void *ctx) { \
        return result;                 \
    }

PROGRAM("socket", on_socket, 0)
PROGRAM("cgroup_skb/egress", on_cgroup_skb, 1)
PROGRAM("sk_lookup", on_sk_lookup, 1)
PROGRAM("syscall", on_syscall, 0)
PROGRAM("xdp", on_xdp, 2)
PROGRAM("tc", on_tc, 0)
PROGRAM("tcx/ingress", on_tcx, -1)
PROGRAM("flow_dissector", on_flow_dissector, 0)
PROGRAM("netfilter", on_netfilter, 1)
PROGRAM("sockops", on_sockops, 1)
PROGRAM("cgroup/connect4", on_connect, 1)
PROGRAM("cgroup/getsockopt", on_getsockopt, 1)
PROGRAM("cgroup/sysctl", on_sysctl, 1)
PROGRAM("cgroup/dev", on_device, 1)
PROGRAM("tp/sched/sched_process_exec", on_tracepoint, 0)
PROGRAM("uprobe/libc.so.6:getpid", on_uprobe, 0)
PROGRAM("uprobe.multi/libc.so.6:getpid", on_uprobe_multi, 0)
PROGRAM("raw_tp/sched_process_exec", on_raw_tracepoint, 0)
PROGRAM("tp_btf/sched_process_exec", on_tp_btf, 0)
PROGRAM("iter/task", on_iter, 0)
PROGRAM("perf_event", on_perf_event, 0)

// The difference of two pointers would reveal kernel addresses.
SEC("xdp") int on_xdp_length(struct xdp_md *ctx) {
    long length = (void *)(long)ctx->data_end - (void *)(long)ctx->data;

    return length > 14 ? 2 : 1;
}

SEC("fentry/schedule") int on_fentry(void *ctx) {
    return 0;
}
