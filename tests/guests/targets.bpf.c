// SPDX-License-Identifier: MIT
/* A program of each kind with a target at run time. attach.c loads one of them. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define PROGRAM(section, name, result) \
    SEC(section)                       \
    int name(void *ctx) {              \
        return result;                 \
    }

PROGRAM("xdp", on_xdp, XDP_PASS)
PROGRAM("tc", on_tc, 0)
PROGRAM("tcx/ingress", on_tcx, 0)
PROGRAM("sockops", on_sockops, 1)
PROGRAM("cgroup_skb/egress", on_cgroup_skb, 1)
PROGRAM("cgroup/sock_create", on_cgroup_sock, 1)
PROGRAM("uprobe", on_uprobe, 0)
PROGRAM("uretprobe", on_uretprobe, 0)
PROGRAM("kprobe", on_kprobe, 0)
PROGRAM("tp", on_tracepoint, 0)
PROGRAM("raw_tp", on_raw_tracepoint, 0)
PROGRAM("perf_event", on_perf_event, 0)
PROGRAM("socket", on_socket_filter, 0)
PROGRAM("sk_lookup", on_sk_lookup, SK_PASS)
PROGRAM("flow_dissector", on_flow_dissector, BPF_OK)
PROGRAM("netfilter", on_netfilter, 1 /* accept */)
PROGRAM("tp/syscalls/sys_enter_getpgid", by_section, 0)
PROGRAM("raw_tp/sched_switch", raw_by_section, 0)
