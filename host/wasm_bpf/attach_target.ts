/**
 * What the target string of `wasm_attach_bpf_program` means, by the kind of program.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors.ts";
import {
  type AttachTarget,
  AttachType,
  type BpfLink,
  type BpfObject,
  type BpfProgram,
  type Libbpf,
  ProgramType,
} from "../../ffi/mod.ts";

/** What a target is read with. */
interface Reading {
  libbpf: Libbpf;
  object: BpfObject;
  program: BpfProgram;
  /** Never empty. */
  text: string;
}

/** A target, and the descriptor that was opened for it, if any: closed once the program is attached. */
interface Reached {
  target: AttachTarget;
  opened?: number;
}

const INTERFACE = (kind: "xdp" | "tc" | "tcx" | "netkit" | "socket") => ({ libbpf, text }: Reading): Reached => ({
  target: { kind, ifindex: libbpf.interfaceIndex(text) },
});

/** By program type. Types that are not here attach only where their section name says. */
const READERS: ReadonlyMap<number, (reading: Reading) => Reached> = new Map([
  [ProgramType.XDP, INTERFACE("xdp")],
  [ProgramType.SOCKET_FILTER, INTERFACE("socket")],
  [ProgramType.SCHED_CLS, classifier],
  [ProgramType.SOCK_OPS, cgroup],
  [ProgramType.CGROUP_SKB, cgroup],
  [ProgramType.CGROUP_SOCK, cgroup],
  [ProgramType.CGROUP_SOCK_ADDR, cgroup],
  [ProgramType.CGROUP_SOCKOPT, cgroup],
  [ProgramType.CGROUP_SYSCTL, cgroup],
  [ProgramType.CGROUP_DEVICE, cgroup],
  [ProgramType.LSM, lsm],
  [ProgramType.KPROBE, probe],
  [ProgramType.TRACEPOINT, tracepoint],
  [ProgramType.RAW_TRACEPOINT, rawTracepoint],
  [ProgramType.RAW_TRACEPOINT_WRITABLE, rawTracepoint],
  [ProgramType.PERF_EVENT, perfEvent],
  [ProgramType.SK_SKB, sockmap],
  [ProgramType.SK_MSG, sockmap],
  [ProgramType.SK_LOOKUP, netns],
  [ProgramType.FLOW_DISSECTOR, netns],
  [ProgramType.NETFILTER, netfilter],
]);

/**
 * Attaches `program` to what `text` names; "" means where its section name says.
 *
 * | kind of program | target |
 * |---|---|
 * | xdp, tc, tcx, netkit, socket | network interface |
 * | sockops, cgroup/..., lsm_cgroup | cgroup2 directory |
 * | kprobe, kretprobe | function[+offset] |
 * | ksyscall, kretsyscall | system call |
 * | uprobe, uretprobe | binary:function[+offset] or binary:offset |
 * | usdt | binary:provider:name |
 * | tp | category/name |
 * | raw_tp | name |
 * | perf_event | cpu-clock@99Hz |
 * | sk_skb, sk_msg | name of a socket map of the object |
 * | sk_lookup, flow_dissector | network namespace, as a path |
 * | netfilter | family/hook/priority |
 *
 * @throws {BpfError} EINVAL for a target that cannot be read, else what libbpf or the kernel said.
 */
export function attachNamed(libbpf: Libbpf, object: BpfObject, program: BpfProgram, text: string): BpfLink {
  if (text === "") return program.attach();
  const read = READERS.get(program.type);
  if (read === undefined) {
    // Programs of these kinds are bound to their target when they are loaded.
    if (program.sectionName.endsWith(`/${text}`)) return program.attach();
    throw misread({ libbpf, object, program, text }, `programs of section "${program.sectionName}" take no target`);
  }
  const { target, opened } = read({ libbpf, object, program, text });
  try {
    return program.attach(target);
  } finally {
    if (opened !== undefined) libbpf.closeDescriptor(opened);
  }
}

/** Attaches `program` to the cgroup directory open as the host's descriptor `fd`. */
export function attachDirectory(program: BpfProgram, fd: number): BpfLink {
  return program.attach({ kind: "cgroup", fd });
}

function misread({ program, text }: Reading, reason: string): BpfError {
  return new BpfError(`Cannot attach program "${program.name}" to "${text}"`, LINUX_ERRNO.EINVAL, { log: [reason] });
}

function classifier(reading: Reading): Reached {
  const section = reading.program.sectionName;
  const kind = section.startsWith("netkit") ? "netkit" : section.startsWith("tcx") ? "tcx" : "tc";
  return INTERFACE(kind)(reading);
}

function cgroup({ libbpf, text }: Reading): Reached {
  const fd = libbpf.openCgroup(text);
  return { target: { kind: "cgroup", fd }, opened: fd };
}

function lsm(reading: Reading): Reached {
  if (reading.program.expectedAttachType === AttachType.LSM_CGROUP) return cgroup(reading);
  throw misread(reading, "an LSM program attaches to the hook that its section names");
}

const RETURN_PROBE = /^(kretprobe|uretprobe|kretsyscall)/;

/** kprobe, uprobe, usdt and their relatives are one program type: the section tells them apart. */
function probe(reading: Reading): Reached {
  const section = reading.program.sectionName;
  if (section.startsWith("usdt")) return { target: usdt(reading) };
  if (section.startsWith("u")) return { target: uprobe(reading, RETURN_PROBE.test(section)) };
  const retprobe = RETURN_PROBE.test(section);
  if (/^kret?syscall/.test(section) || section.startsWith("ksyscall")) {
    return { target: { kind: "ksyscall", name: reading.text, retprobe } };
  }
  const [name = "", offset] = splitOffset(reading.text);
  return { target: { kind: "kprobe", function: name, offset: parseOffset(reading, offset), retprobe } };
}

const ANY_PROCESS = -1;

function uprobe(reading: Reading, retprobe: boolean): AttachTarget {
  const colon = reading.text.lastIndexOf(":");
  if (colon <= 0) throw misread(reading, "a uprobe's target is binary:function[+offset]");
  const binary = reading.text.slice(0, colon);
  const place = reading.text.slice(colon + 1);
  const common = { kind: "uprobe", binary, retprobe, pid: ANY_PROCESS } as const;
  if (/^(0x[0-9a-f]+|\d+)$/i.test(place)) return { ...common, offset: parseOffset(reading, place) };
  const [name = "", offset] = splitOffset(place);
  if (name === "") throw misread(reading, "a uprobe's target is binary:function[+offset]");
  return { ...common, function: name, offset: parseOffset(reading, offset) };
}

function usdt(reading: Reading): AttachTarget {
  const [binary, provider, name, more] = reading.text.split(":");
  if (!binary || !provider || !name || more !== undefined) {
    throw misread(reading, "a USDT probe's target is binary:provider:name");
  }
  return { kind: "usdt", binary, provider, name, pid: ANY_PROCESS };
}

function splitOffset(text: string): [name: string, offset: string | undefined] {
  const plus = text.indexOf("+");
  return plus < 0 ? [text, undefined] : [text.slice(0, plus), text.slice(plus + 1)];
}

function parseOffset(reading: Reading, text: string | undefined): number {
  if (text === undefined) return 0;
  if (!/^(0x[0-9a-f]{1,12}|\d{1,15})$/i.test(text)) throw misread(reading, `"${text}" is no offset in bytes`);
  return Number(text);
}

function tracepoint(reading: Reading): Reached {
  const [category, name, more] = reading.text.split("/");
  if (!category || !name || more !== undefined) throw misread(reading, "a tracepoint is category/name");
  return { target: { kind: "tracepoint", category, name } };
}

function rawTracepoint({ text }: Reading): Reached {
  return { target: { kind: "raw_tracepoint", name: text } };
}

const PERF_EVENT = /^(cpu-clock|task-clock|cpu-cycles|instructions)@(\d{1,6})(?:Hz)?$/i;

function perfEvent(reading: Reading): Reached {
  const match = PERF_EVENT.exec(reading.text);
  const frequencyHz = Number(match?.[2] ?? 0);
  const event = match?.[1]?.toLowerCase();
  if (frequencyHz === 0) {
    throw misread(reading, "a perf event is cpu-clock@99Hz, or task-clock, cpu-cycles, instructions");
  }
  switch (event) {
    case "cpu-clock":
    case "task-clock":
    case "cpu-cycles":
    case "instructions":
      return { target: { kind: "perf_event", event, frequencyHz } };
    default:
      throw misread(reading, `"${event}" is no perf event`);
  }
}

function sockmap(reading: Reading): Reached {
  const map = reading.object.findMap(reading.text);
  if (map === undefined) throw misread(reading, "the object has no map of this name");
  return { target: { kind: "sockmap", map } };
}

function netns({ libbpf, text }: Reading): Reached {
  const fd = libbpf.openNetworkNamespace(text);
  return { target: { kind: "netns", fd }, opened: fd };
}

/** `NFPROTO_*` of linux/netfilter.h. */
const FAMILIES: Readonly<Record<string, number>> = { ipv4: 2, ip: 2, ipv6: 10, ip6: 10 };
/** `enum nf_inet_hooks` of linux/netfilter.h. */
const HOOKS = ["prerouting", "input", "forward", "output", "postrouting"];

function netfilter(reading: Reading): Reached {
  const [familyText = "", hookText = "", priorityText = "", more] = reading.text.split("/");
  const family = FAMILIES[familyText.toLowerCase()] ?? Number(familyText || NaN);
  const named = HOOKS.indexOf(hookText.toLowerCase().replace(/_/g, ""));
  const hook = named >= 0 ? named : Number(hookText || NaN);
  const priority = Number(priorityText || NaN);
  if (more !== undefined || ![family, hook, priority].every(Number.isInteger)) {
    throw misread(reading, "a netfilter target is family/hook/priority, like ipv4/input/-100");
  }
  return { target: { kind: "netfilter", family, hook, priority } };
}
