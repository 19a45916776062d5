// SPDX-License-Identifier: MIT
/* A program of every kind. Each counts its runs. The arguments of fires.c select programs. */
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>
#include <bpf/usdt.bpf.h>

char LICENSE[] SEC("license") = "GPL";

struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, 1);
    __type(key, __u32);
    __type(value, __u64);
} runs SEC(".maps");

struct {
    __uint(type, BPF_MAP_TYPE_SOCKHASH);
    __uint(max_entries, 64);
    __type(key, __u64);
    __type(value, __u32);
} sockets SEC(".maps");

static __always_inline void count(void) {
    __u32 zero = 0;
    __u64 *runs_so_far = bpf_map_lookup_elem(&runs, &zero);
    if (runs_so_far) __sync_fetch_and_add(runs_so_far, 1);
}

#define PROGRAM(section, name, context, result) \
    SEC(section)                                \
    int name(context *ctx) {                    \
        count();                                \
        return result;                          \
    }

PROGRAM("xdp", on_xdp, struct xdp_md, XDP_PASS)
PROGRAM("tc", on_tc, struct __sk_buff, -1 /* TC_ACT_UNSPEC */)
PROGRAM("tc/egress", on_tc_egress, struct __sk_buff, -1)
PROGRAM("tcx/ingress", on_tcx_ingress, struct __sk_buff, -1)
PROGRAM("tcx/egress", on_tcx_egress, struct __sk_buff, -1)
PROGRAM("netkit/primary", on_netkit, struct __sk_buff, -1)
PROGRAM("sockops", on_sockops, struct bpf_sock_ops, 1)
PROGRAM("cgroup_skb/egress", on_cgroup_skb, struct __sk_buff, 1)
PROGRAM("cgroup/sock_create", on_cgroup_sock, struct bpf_sock, 1)
PROGRAM("cgroup/connect4", on_connect4, struct bpf_sock_addr, 1)
PROGRAM("uprobe", on_uprobe, struct pt_regs, 0)
PROGRAM("uretprobe", on_uretprobe, struct pt_regs, 0)
PROGRAM("usdt", on_usdt, struct pt_regs, 0)
PROGRAM("kprobe", on_kprobe, struct pt_regs, 0)
PROGRAM("uprobe.multi", on_uprobe_multi, struct pt_regs, 0)
PROGRAM("uretprobe.multi", on_uretprobe_multi, struct pt_regs, 0)
PROGRAM("kprobe.multi", on_kprobe_multi, struct pt_regs, 0)
PROGRAM("kprobe.session", on_kprobe_session, struct pt_regs, 0)
PROGRAM("fentry/do_nanosleep", on_fentry, void, 0)
PROGRAM("lsm/file_open", on_lsm, void, 0)
PROGRAM("tp", on_tracepoint, void, 0)
PROGRAM("tp/sched/sched_process_exec", on_tracepoint_by_section, void, 0)
PROGRAM("raw_tp", on_raw_tracepoint, void, 0)
PROGRAM("tp_btf/sched_process_exec", on_btf_tracepoint, void, 0)
PROGRAM("perf_event", on_perf_event, struct bpf_perf_event_data, 0)
PROGRAM("socket", on_socket, struct __sk_buff, 0)
PROGRAM("sk_lookup", on_sk_lookup, struct bpf_sk_lookup, SK_PASS)
PROGRAM("flow_dissector", on_flow_dissector, struct __sk_buff, BPF_FLOW_DISSECTOR_CONTINUE)
PROGRAM("netfilter", on_netfilter, struct bpf_nf_ctx, 1 /* NF_ACCEPT */)
PROGRAM("sk_msg", on_sk_msg, struct sk_msg_md, SK_PASS)
PROGRAM("sk_skb/verdict", on_sk_skb, struct __sk_buff, SK_PASS)

/* Adds the sockets of new connections to the map of on_sk_msg and on_sk_skb. Does not count. */
SEC("sockops")
int fill_sockets(struct bpf_sock_ops *ctx) {
    if (ctx->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB || ctx->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB) {
        __u64 key = bpf_get_socket_cookie(ctx);
        bpf_sock_hash_update(ctx, &sockets, &key, BPF_ANY);
    }
    return 1;
}
