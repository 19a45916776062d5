// SPDX-License-Identifier: GPL-2.0
#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

SEC("tp/syscalls/sys_enter_getpgid")
int stays_trace(void *ctx) {
    return 0;
}

SEC("xdp")
int stays_xdp(struct xdp_md *ctx) {
    return XDP_PASS;
}

SEC("tc")
int stays_tc(struct __sk_buff *skb) {
    return 0;
}

// Before Linux 6.6 the kernel has no such attach type.
SEC("?tcx/ingress")
int stays_tcx(struct __sk_buff *skb) {
    return 0;
}

SEC("cgroup_skb/egress")
int stays_cgroup(struct __sk_buff *skb) {
    return 1;
}
