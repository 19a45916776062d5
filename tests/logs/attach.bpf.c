// SPDX-License-Identifier: MIT
//
// Programs that load. refusals.ts then attaches them to wrong targets.

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "GPL";

#define PROGRAM(section, name, result) \
	SEC(section) int name(void *ctx) \
	{ \
		return result; \
	}

PROGRAM("tp/sched/no_such_tracepoint", on_tracepoint, 0)
PROGRAM("tp/sched/sched_process_exec", on_tracepoint_record, *(int *)(ctx + 4000))
PROGRAM("raw_tp/no_such_tracepoint", on_raw_tracepoint, 0)
PROGRAM("kprobe/no_such_function", on_kprobe, 0)
PROGRAM("kretprobe/no_such_function", on_kretprobe, 0)
PROGRAM("kprobe.multi/no_such_function*", on_kprobe_multi, 0)
PROGRAM("ksyscall/no_such_call", on_ksyscall, 0)
PROGRAM("uprobe//no/such/binary:main", on_uprobe_binary, 0)
PROGRAM("uprobe//bin/true:no_such_function", on_uprobe_function, 0)
PROGRAM("uprobe/no_such_library.so.9:main", on_uprobe_library, 0)
PROGRAM("usdt//bin/true:no_such:probe", on_usdt, 0)
PROGRAM("perf_event", on_perf_event, 0)
PROGRAM("xdp", on_xdp, 2)
PROGRAM("tc", on_tc, 0)
PROGRAM("tcx/ingress", on_tcx, 0)
PROGRAM("netkit/primary", on_netkit, 0)
PROGRAM("socket", on_socket, 0)
PROGRAM("cgroup_skb/egress", on_cgroup, 1)
PROGRAM("sk_lookup", on_sk_lookup, 1)
PROGRAM("netfilter", on_netfilter, 1)
PROGRAM("iter/bpf_map_elem", on_iter_of_map, 0)
PROGRAM("syscall", on_syscall, 0)
