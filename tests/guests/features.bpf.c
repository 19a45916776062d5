// SPDX-License-Identifier: MIT
/*
 * A program of every kind that a kernel may have or lack. Each counts its runs. tests/vm/features_test.ts loads one at
 * a time. The attach points exist in every kernel since 5.10.
 */
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

/* Tracing */
PROGRAM("tp/sched/sched_process_exec", on_tracepoint, void, 0)
PROGRAM("raw_tp/sched_process_exec", on_raw_tracepoint, void, 0)
PROGRAM("tp_btf/sched_process_exec", on_btf_tracepoint, void, 0)
PROGRAM("perf_event", on_perf_event, struct bpf_perf_event_data, 0)
PROGRAM("kprobe/wake_up_new_task", on_kprobe, struct pt_regs, 0)
PROGRAM("kretprobe/wake_up_new_task", on_kretprobe, struct pt_regs, 0)
PROGRAM("kprobe.multi/wake_up_new_tas*", on_kprobe_multi, struct pt_regs, 0)
PROGRAM("kretprobe.multi/wake_up_new_task", on_kretprobe_multi, struct pt_regs, 0)
PROGRAM("kprobe.session/wake_up_new_task", on_kprobe_session, struct pt_regs, 0)
PROGRAM("ksyscall/execve", on_ksyscall, struct pt_regs, 0)
PROGRAM("kretsyscall/execve", on_kretsyscall, struct pt_regs, 0)
PROGRAM("fentry/wake_up_new_task", on_fentry, void, 0)
PROGRAM("fexit/wake_up_new_task", on_fexit, void, 0)
PROGRAM("fmod_ret/security_file_open", on_fmod_ret, void, 0)
PROGRAM("uprobe", on_uprobe, struct pt_regs, 0)
PROGRAM("uretprobe", on_uretprobe, struct pt_regs, 0)
PROGRAM("usdt", on_usdt, struct pt_regs, 0)
PROGRAM("uprobe.multi", on_uprobe_multi, struct pt_regs, 0)
PROGRAM("uretprobe.multi", on_uretprobe_multi, struct pt_regs, 0)

/* Security. The verifier of 6.12 requires a constant as the result of a hook. */
PROGRAM("lsm/file_open", on_lsm, void, 0)
PROGRAM("lsm.s/file_open", on_lsm_sleepable, void, 0)
PROGRAM("lsm_cgroup/socket_post_create", on_lsm_cgroup, void, 1)

/* Network */
PROGRAM("xdp", on_xdp, struct xdp_md, XDP_PASS)
PROGRAM("tc", on_tc, struct __sk_buff, -1 /* TC_ACT_UNSPEC */)
PROGRAM("tcx/ingress", on_tcx, struct __sk_buff, -1)
PROGRAM("socket", on_socket, struct __sk_buff, 0)
PROGRAM("sk_lookup", on_sk_lookup, struct bpf_sk_lookup, SK_PASS)
/* BPF_FLOW_DISSECTOR_CONTINUE is younger than 5.10. */
PROGRAM("flow_dissector", on_flow_dissector, struct __sk_buff, BPF_OK)
PROGRAM("netfilter", on_netfilter, struct bpf_nf_ctx, 1 /* NF_ACCEPT */)
PROGRAM("sk_msg", on_sk_msg, struct sk_msg_md, SK_PASS)
PROGRAM("sk_skb/stream_verdict", on_sk_skb, struct __sk_buff, SK_PASS)

/* Puts the sockets of new connections into the map of sk_msg and sk_skb; does not count. */
SEC("sockops")
int fill_sockets(struct bpf_sock_ops *ctx) {
    if (ctx->op == BPF_SOCK_OPS_ACTIVE_ESTABLISHED_CB || ctx->op == BPF_SOCK_OPS_PASSIVE_ESTABLISHED_CB) {
        __u64 key = bpf_get_socket_cookie(ctx);
        bpf_sock_hash_update(ctx, &sockets, &key, BPF_ANY);
    }
    return 1;
}

/* cgroup v2 */
PROGRAM("sockops", on_sockops, struct bpf_sock_ops, 1)
PROGRAM("cgroup_skb/egress", on_cgroup_skb, struct __sk_buff, 1)
PROGRAM("cgroup/sock_create", on_cgroup_sock, struct bpf_sock, 1)
PROGRAM("cgroup/connect4", on_cgroup_connect, struct bpf_sock_addr, 1)
PROGRAM("cgroup/getsockopt", on_cgroup_getsockopt, struct bpf_sockopt, 1)
PROGRAM("cgroup/sysctl", on_cgroup_sysctl, struct bpf_sysctl, 1)
PROGRAM("cgroup/dev", on_cgroup_device, struct bpf_cgroup_dev_ctx, 1)

/* Attached only: nothing here reads an iterator. */
SEC("iter/task")
int on_iterator(struct bpf_iter__task *ctx) {
    return 0;
}
