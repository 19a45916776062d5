/**
 * The targets of `wasm_attach_bpf_program`: their text is parsed by the kind of program.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../../errors/mod.ts";
import { AttachType, type BpfLink, ProgramType, type System } from "../../../ffi/mod.ts";
import { NF_INET, NFPROTO } from "../../../ffi/system/linux_numbers.ts";
import type { GuestObject } from "../guest_object.ts";
import type { Attach, CheckPoint } from "../guest_program.ts";
import type { ProgramDescription } from "../requests.ts";
import { sectionPoint, targetPoint } from "./attach_points.ts";
import { classifier, socket, xdp } from "./interface_target.ts";
import { probe } from "./probe_target.ts";
import { attachOperation, misread, openHidden, type Reached, type Reading, withHiddenPath } from "./target_reading.ts";

/** The parsers of targets by program type. Programs of other types attach only to the target in their section name. */
const READERS: ReadonlyMap<number, (reading: Reading) => Reached> = new Map([
  [ProgramType.XDP, xdp],
  [ProgramType.SOCKET_FILTER, socket],
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

/** A program to attach, with its context. */
export interface Attaching {
  readonly system: System;
  readonly object: GuestObject;
  readonly program: ProgramDescription;
  /** Attaches the program. */
  readonly attach: Attach;
  /** Checks the place first. */
  readonly check: CheckPoint;
}

/**
 * Attaches a program to the target that `text` names; "" means the target in its section name. docs/attach-targets.md lists the
 * targets of every kind of program.
 *
 * @throws {BpfError} EOPNOTSUPP for a kind that cannot be attached and for a missing target; EINVAL for a malformed target;
 * otherwise the error of libbpf or the kernel.
 * @throws {HiddenPath} if a path of the host was not opened.
 */
export function attachNamed({ system, object, program, attach, check }: Attaching, text: string): BpfLink {
  refuseUnattachable(program);
  const place = text === "" ? ownPlaceOf(program.sectionName) : text;
  if (place === undefined) {
    const point = sectionPoint(program);
    if (point !== undefined) check(point);
    return attach();
  }
  const reading = { system, object, program, text: place };
  const read = READERS.get(program.type);
  if (read === undefined) {
    // Programs of these kinds are bound to their target when they are loaded.
    if (program.sectionName.endsWith(`/${text}`)) return attach();
    throw misread(reading, `programs of section "${program.sectionName}" take no target`);
  }
  const { target, opened } = read(reading);
  try {
    const checkTarget = () => check(targetPoint(system, target, opened));
    // A refusal must not tell the guest that the file exists.
    if (opened === undefined) checkTarget();
    else withHiddenPath(checkTarget);
    return attach(target);
  } finally {
    if (opened !== undefined) system.closeDescriptor(opened);
  }
}

/** Attaches `program` to a cgroup directory, by the host's descriptor `fd`. */
export function attachDirectory(
  { system, program, attach, check }: Omit<Attaching, "object">,
  fd: number,
): BpfLink {
  refuseUnattachable(program);
  const read = READERS.get(program.type);
  if (read !== cgroup && !(read === lsm && program.expectedAttachType === AttachType.LSM_CGROUP)) {
    throw new BpfError(attachOperation(program), LINUX_ERRNO.EINVAL, {
      reason: `programs of section "${program.sectionName}" do not attach to a directory`,
    });
  }
  check(targetPoint(system, { kind: "cgroup", fd }, undefined));
  return attach({ kind: "cgroup", fd });
}

/**
 * Sections whose target this runtime parses instead of libbpf. libbpf would open any path in them, and accept any text as a name.
 */
const OWN_SECTIONS =
  /^(?:u(?:ret)?probe(?:\.multi)?(?:\.s)?|usdt(?:\.s)?|k(?:ret)?probe\.multi|kprobe\.session|k(?:ret)?syscall|tp|tracepoint)\/(.*)$/s;

/** The target in a section that this runtime parses itself; undefined for any other section. */
export function ownPlaceOf(section: string): string | undefined {
  return OWN_SECTIONS.exec(section)?.[1];
}

function refuseUnattachable(program: ProgramDescription): void {
  const reason = whyUnattachable(program);
  if (reason === undefined) return;
  throw new BpfError(attachOperation(program), LINUX_ERRNO.EOPNOTSUPP, { reason });
}

/** The reason why a program of this kind cannot be attached; undefined if it can. */
function whyUnattachable({ type, expectedAttachType }: ProgramDescription): string | undefined {
  switch (type) {
    case ProgramType.SYSCALL:
      return "syscall programs attach nowhere: BPF_PROG_RUN calls them";
    case ProgramType.STRUCT_OPS:
      return "it is a function of a struct_ops map: attach the map by its name";
    case ProgramType.SCHED_ACT:
      return "actions belong to filters of tc: a program of section tc can be attached";
    case ProgramType.SK_REUSEPORT:
      return "a socket takes sk_reuseport programs (SO_ATTACH_REUSEPORT_EBPF), and a guest has none";
    case ProgramType.LWT_IN:
    case ProgramType.LWT_OUT:
    case ProgramType.LWT_XMIT:
    case ProgramType.LWT_SEG6LOCAL:
      return "a route takes lwt programs (ip route add ... encap bpf), which this runtime does not make";
    case ProgramType.LIRC_MODE2:
      return "an infrared device takes lirc_mode2 programs, and this runtime opens none";
    case ProgramType.XDP:
      return XDP_ENTRIES.get(expectedAttachType);
    case ProgramType.SK_SKB:
      return expectedAttachType === 0
        ? "its section must be sk_skb/stream_parser, sk_skb/stream_verdict or sk_skb/verdict"
        : undefined;
    default:
      return undefined;
  }
}

const XDP_ENTRIES: ReadonlyMap<number, string> = new Map([
  [AttachType.XDP_DEVMAP, "xdp/devmap programs attach to no interface: they are values of a device map"],
  [AttachType.XDP_CPUMAP, "xdp/cpumap programs attach to no interface: they are values of a CPU map"],
]);

function cgroup({ system, text }: Reading): Reached {
  const fd = openHidden(() => system.openCgroup(text));
  return { target: { kind: "cgroup", fd }, opened: fd };
}

function lsm(reading: Reading): Reached {
  if (reading.program.expectedAttachType === AttachType.LSM_CGROUP) return cgroup(reading);
  throw misread(reading, "an LSM program attaches to the hook that its section names");
}

const TRACEPOINT = /^[\w-]+$/;

function tracepoint(reading: Reading): Reached {
  const [category, name, more] = reading.text.split("/");
  if (!category || !name || more !== undefined) throw misread(reading, "a tracepoint is category/name");
  // libbpf uses the names in a path of tracefs, and would follow "..".
  if (!TRACEPOINT.test(category) || !TRACEPOINT.test(name)) {
    throw misread(reading, "the name of a tracepoint consists of letters, digits, _ and -");
  }
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
      throw misread(reading, `"${event}" is not a perf event`);
  }
}

function sockmap(reading: Reading): Reached {
  const map = reading.object.describeMap(reading.text);
  if (map === undefined) throw misread(reading, "the object has no map of this name");
  return { target: { kind: "sockmap", map } };
}

function netns({ system, text }: Reading): Reached {
  const fd = openHidden(() => system.openNetworkNamespace(text));
  return { target: { kind: "netns", fd }, opened: fd };
}

/** Families by name. */
const FAMILIES: Readonly<Record<string, number>> = {
  ipv4: NFPROTO.IPV4,
  ip: NFPROTO.IPV4,
  ipv6: NFPROTO.IPV6,
  ip6: NFPROTO.IPV6,
};
/** Hooks by name. */
const HOOKS: Readonly<Record<string, number>> = {
  prerouting: NF_INET.PRE_ROUTING,
  input: NF_INET.LOCAL_IN,
  forward: NF_INET.FORWARD,
  output: NF_INET.LOCAL_OUT,
  postrouting: NF_INET.POST_ROUTING,
};

function netfilter(reading: Reading): Reached {
  const [familyText = "", hookText = "", priorityText = "", more] = reading.text.split("/");
  const family = FAMILIES[familyText.toLowerCase()] ?? Number(familyText || NaN);
  const hook = HOOKS[hookText.toLowerCase().replace(/_/g, "")] ?? Number(hookText || NaN);
  const priority = Number(priorityText || NaN);
  if (more !== undefined || ![family, hook, priority].every(Number.isInteger)) {
    throw misread(reading, "a netfilter target is family/hook/priority, like ipv4/input/-100");
  }
  return { target: { kind: "netfilter", family, hook, priority } };
}
