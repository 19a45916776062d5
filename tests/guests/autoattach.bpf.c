// SPDX-License-Identifier: MIT
/* Programs that skeletons do not attach, of all kinds that every kernel loads, and two whose section has a target. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define PROGRAM(section, name, result) \
    SEC(section)                       \
    int name(void *ctx) {              \
        return result;                 \
    }

PROGRAM("socket", leaves_socket, 0)
PROGRAM("sk_reuseport", leaves_sk_reuseport, 1)
PROGRAM("sk_reuseport/migrate", leaves_sk_reuseport_migrate, 1)
PROGRAM("kprobe", leaves_kprobe, 0)
PROGRAM("kretprobe", leaves_kretprobe, 0)
PROGRAM("ksyscall", leaves_ksyscall, 0)
PROGRAM("uprobe", leaves_uprobe, 0)
PROGRAM("uprobe.s", leaves_uprobe_s, 0)
PROGRAM("uretprobe", leaves_uretprobe, 0)
PROGRAM("uprobe.multi", leaves_uprobe_multi, 0)
PROGRAM("uprobe.multi.s", leaves_uprobe_multi_s, 0)
PROGRAM("usdt", leaves_usdt, 0)
PROGRAM("tc", leaves_tc, 0)
PROGRAM("tc/ingress", leaves_tc_ingress, 0)
PROGRAM("tcx/egress", leaves_tcx_egress, 0)
PROGRAM("classifier", leaves_classifier, 0)
PROGRAM("action", leaves_action, 0)
PROGRAM("netkit/primary", leaves_netkit, 0)
PROGRAM("tp", leaves_tp, 0)
PROGRAM("raw_tp", leaves_raw_tp, 0)
PROGRAM("syscall", leaves_syscall, 0)
PROGRAM("xdp", leaves_xdp, XDP_PASS)
PROGRAM("xdp.frags", leaves_xdp_frags, XDP_PASS)
PROGRAM("xdp/devmap", leaves_xdp_devmap, XDP_PASS)
PROGRAM("xdp.frags/cpumap", leaves_xdp_cpumap, XDP_PASS)
PROGRAM("perf_event", leaves_perf_event, 0)
PROGRAM("lwt_in", leaves_lwt_in, 0)
PROGRAM("lwt_xmit", leaves_lwt_xmit, 0)
PROGRAM("sockops", leaves_sockops, 1)
PROGRAM("sk_skb", leaves_sk_skb, SK_PASS)
PROGRAM("sk_skb/stream_verdict", leaves_sk_skb_verdict, SK_PASS)
PROGRAM("sk_msg", leaves_sk_msg, SK_PASS)
PROGRAM("flow_dissector", leaves_flow_dissector, BPF_OK)
PROGRAM("cgroup_skb/ingress", leaves_cgroup_skb, 1)
PROGRAM("cgroup/sock_create", leaves_cgroup_sock, 1)
PROGRAM("cgroup/connect4", leaves_cgroup_connect4, 1)
PROGRAM("cgroup/sysctl", leaves_cgroup_sysctl, 1)
PROGRAM("cgroup/dev", leaves_cgroup_dev, 1)
PROGRAM("sk_lookup", leaves_sk_lookup, SK_PASS)
PROGRAM("netfilter", leaves_netfilter, 1)
PROGRAM("tp/sched/sched_process_exit", attaches_tp, 0)
PROGRAM("raw_tp/sched_process_exit", attaches_raw_tp, 0)
