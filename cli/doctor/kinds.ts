/**
 * The kinds of guests, and the parts of the machine that each needs.
 *
 * @module
 */

import type { ProbedProgram } from "../../ffi/libbpf/probe.ts";
import { AttachType, ProgramType } from "../../object/bpf_numbers.ts";
import type { FileSystem } from "./facts.ts";

/** A kind of guest. */
export interface GuestKind {
  /** The name in docs/kernels.md. */
  readonly name: string;
  readonly purpose: "tracing" | "security" | "network";
  /** A program of the kind. */
  readonly program: ProbedProgram;
  /** A section of such a program, from which its needs follow. */
  readonly section: string;
  /** The options of the kernel that it needs, without CONFIG_. */
  readonly options: readonly string[];
  /** The first Linux that has it, if the oldest supported one lacks it. */
  readonly since?: string;
  /** The file system in which it is attached. */
  readonly fileSystem?: FileSystem;
  /** The kind of perf events that it is attached through. */
  readonly perfSource?: string;
  /** The security module that it is a part of. */
  readonly securityModule?: string;
}

const { KPROBE, TRACING, LSM, SCHED_CLS } = ProgramType;
const JIT_OPTIONS = ["DEBUG_INFO_BTF", "BPF_JIT"];
const TRAMPOLINE_OPTIONS = [...JIT_OPTIONS, "DYNAMIC_FTRACE_WITH_DIRECT_CALLS"];

/** The kinds, in the order of docs/kernels.md. */
export const GUEST_KINDS: readonly GuestKind[] = [
  tracing("tracepoint", { type: ProgramType.TRACEPOINT }, { section: "tp", fileSystem: "tracefs" }),
  tracing("raw_tracepoint", { type: ProgramType.RAW_TRACEPOINT }, { section: "raw_tp" }),
  tracing("btf_tracepoint", { type: TRACING, attachType: AttachType.TRACE_RAW_TP, target: "sched_switch" }, {
    section: "tp_btf",
    options: ["BPF_EVENTS", "DEBUG_INFO_BTF"],
  }),
  tracing("perf_event", { type: ProgramType.PERF_EVENT }, { section: "perf_event" }),
  tracing("kprobe", { type: KPROBE }, {
    section: "kprobe",
    options: ["BPF_EVENTS", "KPROBE_EVENTS"],
    perfSource: "kprobe",
  }),
  tracing("kprobe_multi", { type: KPROBE, attachType: AttachType.TRACE_KPROBE_MULTI }, {
    section: "kprobe.multi",
    options: ["BPF_EVENTS", "FPROBE"],
    since: "5.18",
  }),
  tracing("kprobe_session", { type: KPROBE, attachType: AttachType.TRACE_KPROBE_SESSION }, {
    section: "kprobe.session",
    options: ["BPF_EVENTS", "FPROBE"],
    since: "6.10",
  }),
  tracing("fentry", { type: TRACING, attachType: AttachType.TRACE_FENTRY, target: "wake_up_new_task" }, {
    section: "fentry",
    options: TRAMPOLINE_OPTIONS,
  }),
  tracing("fmod_ret", { type: TRACING, attachType: AttachType.MODIFY_RETURN, target: "security_file_open" }, {
    section: "fmod_ret",
    options: TRAMPOLINE_OPTIONS,
  }),
  tracing("uprobe", { type: KPROBE }, {
    section: "uprobe",
    options: ["BPF_EVENTS", "UPROBE_EVENTS"],
    perfSource: "uprobe",
  }),
  tracing("uprobe_multi", { type: KPROBE, attachType: AttachType.TRACE_UPROBE_MULTI }, {
    section: "uprobe.multi",
    options: ["BPF_EVENTS", "UPROBE_EVENTS"],
    since: "6.6",
  }),
  tracing("iterator", { type: TRACING, attachType: AttachType.TRACE_ITER, target: "task" }, {
    section: "iter",
    options: ["DEBUG_INFO_BTF"],
  }),
  security("lsm", { type: LSM, attachType: AttachType.LSM_MAC, target: "file_open" }, { section: "lsm" }),
  security("lsm_cgroup", { type: LSM, attachType: AttachType.LSM_CGROUP, target: "socket_bind" }, {
    section: "lsm_cgroup",
    options: [...JIT_OPTIONS, "BPF_LSM", "CGROUP_BPF"],
    since: "6.0",
    fileSystem: "cgroup2",
  }),
  network("socket", { type: ProgramType.SOCKET_FILTER }, { options: ["PACKET"] }),
  network("xdp", { type: ProgramType.XDP }, { options: ["NET"] }),
  network("tc", { type: SCHED_CLS }, { options: ["NET_SCH_INGRESS", "NET_CLS_BPF"] }),
  network("tcx", { type: SCHED_CLS, attachType: AttachType.TCX_INGRESS }, { options: ["NET_XGRESS"], since: "6.6" }),
  network("sk_lookup", { type: ProgramType.SK_LOOKUP, attachType: AttachType.SK_LOOKUP }, { options: ["INET"] }),
  network("flow_dissector", { type: ProgramType.FLOW_DISSECTOR, attachType: AttachType.FLOW_DISSECTOR }, {
    options: ["NET"],
  }),
  network("netfilter", { type: ProgramType.NETFILTER, attachType: AttachType.NETFILTER }, {
    options: ["NETFILTER_BPF_LINK"],
    since: "6.4",
  }),
  network("sk_msg", { type: ProgramType.SK_MSG, attachType: AttachType.SK_MSG_VERDICT }, { options: ["NET_SOCK_MSG"] }),
  network("sk_skb", { type: ProgramType.SK_SKB, attachType: AttachType.SK_SKB_STREAM_VERDICT }, {
    options: ["NET_SOCK_MSG", "BPF_STREAM_PARSER"],
  }),
  cgroup("sockops", { type: ProgramType.SOCK_OPS, attachType: AttachType.CGROUP_SOCK_OPS }),
  cgroup("cgroup_skb", { type: ProgramType.CGROUP_SKB, attachType: AttachType.CGROUP_INET_INGRESS }),
  cgroup("cgroup_sock", { type: ProgramType.CGROUP_SOCK, attachType: AttachType.CGROUP_INET_SOCK_CREATE }),
  cgroup("cgroup_connect", { type: ProgramType.CGROUP_SOCK_ADDR, attachType: AttachType.CGROUP_INET4_CONNECT }),
  cgroup("cgroup_getsockopt", { type: ProgramType.CGROUP_SOCKOPT, attachType: AttachType.CGROUP_GETSOCKOPT }),
  cgroup("cgroup_sysctl", { type: ProgramType.CGROUP_SYSCTL, attachType: AttachType.CGROUP_SYSCTL }),
  cgroup("cgroup_device", { type: ProgramType.CGROUP_DEVICE, attachType: AttachType.CGROUP_DEVICE }),
];

type Needs = Pick<GuestKind, "section"> & Partial<Omit<GuestKind, "section" | "name" | "purpose" | "program">>;

function tracing(name: string, program: ProbedProgram, needs: Needs): GuestKind {
  return { options: ["BPF_EVENTS"], ...needs, name, purpose: "tracing", program };
}

function security(name: string, program: ProbedProgram, needs: Needs): GuestKind {
  const usual = { options: [...JIT_OPTIONS, "BPF_LSM"], securityModule: "bpf" };
  return { ...usual, ...needs, name, purpose: "security", program };
}

function network(name: string, program: ProbedProgram, needs: Pick<GuestKind, "options" | "since">): GuestKind {
  return { ...needs, name, purpose: "network", program, section: name };
}

function cgroup(name: string, program: ProbedProgram): GuestKind {
  const section = name === "sockops" ? name : "cgroup";
  return { name, purpose: "network", program, section, options: ["CGROUP_BPF"], fileSystem: "cgroup2" };
}
