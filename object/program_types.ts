/**
 * The program types of section names, from libbpf's table.
 *
 * @see https://docs.kernel.org/bpf/libbpf/program_types.html
 * @module
 */

import { AttachType, ProgramType } from "./bpf_numbers.ts";

/** The kind of the programs in a section. */
export interface SectionKind {
  /** A value of {@link ProgramType}. */
  readonly type: number;
  /** A value of {@link AttachType}; undefined if the section leaves it open. */
  readonly attachType: number | undefined;
  /** True if the programs may sleep. */
  readonly isSleepable: boolean;
  /** The text after the kind: "do_unlinkat" of "kprobe/do_unlinkat"; undefined if there is none. */
  readonly target: string | undefined;
}

/** A row of libbpf's table. */
type Row = readonly [section: string, type: number, attachType?: number | undefined, isSleepable?: boolean];

/**
 * Section names with their kinds. The first match counts. A name with `+` at the end matches the name itself, and the name
 * followed by `/` and any text. A name without `+` matches only itself.
 */
const SECTIONS: readonly Row[] = [
  ["socket", ProgramType.SOCKET_FILTER],
  ["sk_reuseport/migrate", ProgramType.SK_REUSEPORT, AttachType.SK_REUSEPORT_SELECT_OR_MIGRATE],
  ["sk_reuseport", ProgramType.SK_REUSEPORT, AttachType.SK_REUSEPORT_SELECT],
  ["kprobe+", ProgramType.KPROBE],
  ["uprobe+", ProgramType.KPROBE],
  ["uprobe.s+", ProgramType.KPROBE, undefined, true],
  ["kretprobe+", ProgramType.KPROBE],
  ["uretprobe+", ProgramType.KPROBE],
  ["uretprobe.s+", ProgramType.KPROBE, undefined, true],
  ["kprobe.multi+", ProgramType.KPROBE, AttachType.TRACE_KPROBE_MULTI],
  ["kretprobe.multi+", ProgramType.KPROBE, AttachType.TRACE_KPROBE_MULTI],
  ["kprobe.session+", ProgramType.KPROBE, AttachType.TRACE_KPROBE_SESSION],
  ["uprobe.multi+", ProgramType.KPROBE, AttachType.TRACE_UPROBE_MULTI],
  ["uretprobe.multi+", ProgramType.KPROBE, AttachType.TRACE_UPROBE_MULTI],
  ["uprobe.multi.s+", ProgramType.KPROBE, AttachType.TRACE_UPROBE_MULTI, true],
  ["uretprobe.multi.s+", ProgramType.KPROBE, AttachType.TRACE_UPROBE_MULTI, true],
  ["ksyscall+", ProgramType.KPROBE],
  ["kretsyscall+", ProgramType.KPROBE],
  ["usdt+", ProgramType.KPROBE],
  ["usdt.s+", ProgramType.KPROBE, undefined, true],
  ["tc/ingress", ProgramType.SCHED_CLS, AttachType.TCX_INGRESS],
  ["tc/egress", ProgramType.SCHED_CLS, AttachType.TCX_EGRESS],
  ["tcx/ingress", ProgramType.SCHED_CLS, AttachType.TCX_INGRESS],
  ["tcx/egress", ProgramType.SCHED_CLS, AttachType.TCX_EGRESS],
  ["tc", ProgramType.SCHED_CLS],
  ["classifier", ProgramType.SCHED_CLS],
  ["action", ProgramType.SCHED_ACT],
  ["netkit/primary", ProgramType.SCHED_CLS, AttachType.NETKIT_PRIMARY],
  ["netkit/peer", ProgramType.SCHED_CLS, AttachType.NETKIT_PEER],
  ["tracepoint+", ProgramType.TRACEPOINT],
  ["tp+", ProgramType.TRACEPOINT],
  ["raw_tracepoint+", ProgramType.RAW_TRACEPOINT],
  ["raw_tp+", ProgramType.RAW_TRACEPOINT],
  ["raw_tracepoint.w+", ProgramType.RAW_TRACEPOINT_WRITABLE],
  ["raw_tp.w+", ProgramType.RAW_TRACEPOINT_WRITABLE],
  ["tp_btf+", ProgramType.TRACING, AttachType.TRACE_RAW_TP],
  ["fentry+", ProgramType.TRACING, AttachType.TRACE_FENTRY],
  ["fmod_ret+", ProgramType.TRACING, AttachType.MODIFY_RETURN],
  ["fexit+", ProgramType.TRACING, AttachType.TRACE_FEXIT],
  ["fentry.s+", ProgramType.TRACING, AttachType.TRACE_FENTRY, true],
  ["fmod_ret.s+", ProgramType.TRACING, AttachType.MODIFY_RETURN, true],
  ["fexit.s+", ProgramType.TRACING, AttachType.TRACE_FEXIT, true],
  ["freplace+", ProgramType.EXT],
  ["lsm+", ProgramType.LSM, AttachType.LSM_MAC],
  ["lsm.s+", ProgramType.LSM, AttachType.LSM_MAC, true],
  ["lsm_cgroup+", ProgramType.LSM, AttachType.LSM_CGROUP],
  ["iter+", ProgramType.TRACING, AttachType.TRACE_ITER],
  ["iter.s+", ProgramType.TRACING, AttachType.TRACE_ITER, true],
  ["syscall", ProgramType.SYSCALL, undefined, true],
  ["xdp.frags/devmap", ProgramType.XDP, AttachType.XDP_DEVMAP],
  ["xdp/devmap", ProgramType.XDP, AttachType.XDP_DEVMAP],
  ["xdp.frags/cpumap", ProgramType.XDP, AttachType.XDP_CPUMAP],
  ["xdp/cpumap", ProgramType.XDP, AttachType.XDP_CPUMAP],
  ["xdp.frags", ProgramType.XDP, AttachType.XDP],
  ["xdp", ProgramType.XDP, AttachType.XDP],
  ["perf_event", ProgramType.PERF_EVENT],
  ["lwt_in", ProgramType.LWT_IN],
  ["lwt_out", ProgramType.LWT_OUT],
  ["lwt_xmit", ProgramType.LWT_XMIT],
  ["lwt_seg6local", ProgramType.LWT_SEG6LOCAL],
  ["sockops", ProgramType.SOCK_OPS, AttachType.CGROUP_SOCK_OPS],
  ["sk_skb/stream_parser", ProgramType.SK_SKB, AttachType.SK_SKB_STREAM_PARSER],
  ["sk_skb/stream_verdict", ProgramType.SK_SKB, AttachType.SK_SKB_STREAM_VERDICT],
  ["sk_skb/verdict", ProgramType.SK_SKB, AttachType.SK_SKB_VERDICT],
  ["sk_skb", ProgramType.SK_SKB],
  ["sk_msg", ProgramType.SK_MSG, AttachType.SK_MSG_VERDICT],
  ["lirc_mode2", ProgramType.LIRC_MODE2, AttachType.LIRC_MODE2],
  ["flow_dissector", ProgramType.FLOW_DISSECTOR, AttachType.FLOW_DISSECTOR],
  ["cgroup_skb/ingress", ProgramType.CGROUP_SKB, AttachType.CGROUP_INET_INGRESS],
  ["cgroup_skb/egress", ProgramType.CGROUP_SKB, AttachType.CGROUP_INET_EGRESS],
  ["cgroup/skb", ProgramType.CGROUP_SKB],
  ["cgroup/sock_create", ProgramType.CGROUP_SOCK, AttachType.CGROUP_INET_SOCK_CREATE],
  ["cgroup/sock_release", ProgramType.CGROUP_SOCK, AttachType.CGROUP_INET_SOCK_RELEASE],
  ["cgroup/sock", ProgramType.CGROUP_SOCK, AttachType.CGROUP_INET_SOCK_CREATE],
  ["cgroup/post_bind4", ProgramType.CGROUP_SOCK, AttachType.CGROUP_INET4_POST_BIND],
  ["cgroup/post_bind6", ProgramType.CGROUP_SOCK, AttachType.CGROUP_INET6_POST_BIND],
  ["cgroup/bind4", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET4_BIND],
  ["cgroup/bind6", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET6_BIND],
  ["cgroup/connect4", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET4_CONNECT],
  ["cgroup/connect6", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET6_CONNECT],
  ["cgroup/connect_unix", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UNIX_CONNECT],
  ["cgroup/sendmsg4", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UDP4_SENDMSG],
  ["cgroup/sendmsg6", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UDP6_SENDMSG],
  ["cgroup/sendmsg_unix", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UNIX_SENDMSG],
  ["cgroup/recvmsg4", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UDP4_RECVMSG],
  ["cgroup/recvmsg6", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UDP6_RECVMSG],
  ["cgroup/recvmsg_unix", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UNIX_RECVMSG],
  ["cgroup/getpeername4", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET4_GETPEERNAME],
  ["cgroup/getpeername6", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET6_GETPEERNAME],
  ["cgroup/getpeername_unix", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UNIX_GETPEERNAME],
  ["cgroup/getsockname4", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET4_GETSOCKNAME],
  ["cgroup/getsockname6", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_INET6_GETSOCKNAME],
  ["cgroup/getsockname_unix", ProgramType.CGROUP_SOCK_ADDR, AttachType.CGROUP_UNIX_GETSOCKNAME],
  ["cgroup/sysctl", ProgramType.CGROUP_SYSCTL, AttachType.CGROUP_SYSCTL],
  ["cgroup/getsockopt", ProgramType.CGROUP_SOCKOPT, AttachType.CGROUP_GETSOCKOPT],
  ["cgroup/setsockopt", ProgramType.CGROUP_SOCKOPT, AttachType.CGROUP_SETSOCKOPT],
  ["cgroup/dev", ProgramType.CGROUP_DEVICE, AttachType.CGROUP_DEVICE],
  ["struct_ops+", ProgramType.STRUCT_OPS],
  ["struct_ops.s+", ProgramType.STRUCT_OPS, undefined, true],
  ["sk_lookup", ProgramType.SK_LOOKUP, AttachType.SK_LOOKUP],
  ["netfilter", ProgramType.NETFILTER, AttachType.NETFILTER],
];

/** The kind that libbpf gives a program in this section; undefined for an unknown section. A leading `?` is ignored. */
export function kindOfSection(section: string): SectionKind | undefined {
  const name = section.startsWith("?") ? section.slice(1) : section;
  for (const [pattern, type, attachType, isSleepable = false] of SECTIONS) {
    const target = matchTarget(pattern, name);
    if (target !== undefined) return { type, attachType, isSleepable, target: target === "" ? undefined : target };
  }
  return undefined;
}

/** The text after the pattern, without the `/`; undefined if the pattern does not match. */
function matchTarget(pattern: string, name: string): string | undefined {
  if (!pattern.endsWith("+")) return pattern === name ? "" : undefined;
  const prefix = pattern.slice(0, -1);
  if (name === prefix) return "";
  return name.startsWith(`${prefix}/`) ? name.slice(prefix.length + 1) : undefined;
}

/**
 * The type that libbpf gives a program in this section, in bpftool's words ("kprobe", "sched_cls"); undefined for an unknown section.
 * A leading `?` (not loaded by default) is ignored.
 */
export function programTypeOfSection(section: string): string | undefined {
  const kind = kindOfSection(section);
  return kind === undefined ? undefined : programTypeName(kind.type);
}

/** bpftool's name of a program type: "kprobe"; "type 99" for an unknown number. */
export function programTypeName(type: number): string {
  const name = Object.entries(ProgramType).find(([, number]) => number === type)?.[0];
  return name === undefined ? `type ${type}` : name.toLowerCase();
}
