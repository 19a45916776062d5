/**
 * Attaching a program: one function per kind of target.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../errors.ts";
import { AttachType, ProgramType } from "./constants.ts";
import { Struct } from "./layouts.ts";
import { cString } from "./c_string.ts";
import type { Native } from "./native.ts";
import { DetachLink, joinLinks, NativeLink } from "./link.ts";
import type { AttachTarget, BpfLink, BpfProgram } from "./interfaces.ts";
import { address, type NativePointer } from "./pointers.ts";

type ProgramPointer = NativePointer<"bpf_program">;
type Target<K extends AttachTarget["kind"]> = Extract<AttachTarget, { kind: K }>;

/** What every attach function works with. */
interface Attachment {
  native: Native;
  pointer: ProgramPointer;
  program: BpfProgram;
  /** "Cannot attach program ..." */
  operation: string;
  description: string;
}

/** Attaches `program` to `target`. @throws {BpfError} with what libbpf or the kernel said. */
export function attachProgram(
  native: Native,
  pointer: ProgramPointer,
  program: BpfProgram,
  target: AttachTarget,
): BpfLink {
  const description = `program "${program.name}" to ${describe(program, target)}`;
  native.check.begin(() => ({ action: "attach", programs: [program] }));
  return attachTo({ native, pointer, program, operation: `Cannot attach ${description}`, description }, target);
}

function attachTo(at: Attachment, target: AttachTarget): BpfLink {
  switch (target.kind) {
    case "section":
      return attachBySection(at);
    case "socket":
      return attachSocket(at, target);
    case "tc":
      return attachTc(at, target);
    case "perf_event":
      return attachPerfEvent(at, target);
    case "sockmap":
      return attachSockmap(at, target);
    default:
      return NativeLink.from(at.native, nativeLink(at, target), at.operation, at.description);
  }
}

/** The kinds for which libbpf has a function that returns a `struct bpf_link *`. */
function nativeLink(
  { native, pointer, operation }: Attachment,
  target: Exclude<AttachTarget, { kind: "section" | "socket" | "tc" | "perf_event" | "sockmap" }>,
): Deno.PointerValue {
  const { symbols } = native.program;
  switch (target.kind) {
    case "xdp":
      return symbols.bpf_program__attach_xdp(pointer, target.ifindex);
    case "tcx":
      return native.need(symbols.bpf_program__attach_tcx, operation, "1.3")(pointer, target.ifindex, null);
    case "netkit":
      return native.need(symbols.bpf_program__attach_netkit, operation, "1.3")(pointer, target.ifindex, null);
    case "cgroup":
      return symbols.bpf_program__attach_cgroup(pointer, target.fd);
    case "netns":
      return symbols.bpf_program__attach_netns(pointer, target.fd);
    case "kprobe": {
      const opts = new Struct("bpf_kprobe_opts").u64("offset", target.offset).u8("retprobe", Number(target.retprobe));
      return symbols.bpf_program__attach_kprobe_opts(pointer, cString(target.function), opts.bytes);
    }
    case "ksyscall": {
      const opts = new Struct("bpf_ksyscall_opts").u8("retprobe", Number(target.retprobe));
      return symbols.bpf_program__attach_ksyscall(pointer, cString(target.name), opts.bytes);
    }
    case "uprobe": {
      const opts = new Struct("bpf_uprobe_opts")
        .u8("retprobe", Number(target.retprobe))
        .string("func_name", target.function);
      const binary = cString(target.binary);
      return symbols.bpf_program__attach_uprobe_opts(pointer, target.pid, binary, address(target.offset), opts.bytes);
    }
    case "usdt": {
      const { pid, binary, provider, name } = target;
      return symbols.bpf_program__attach_usdt(
        pointer,
        pid,
        cString(binary),
        cString(provider),
        cString(name),
        null,
      );
    }
    case "tracepoint":
      return symbols.bpf_program__attach_tracepoint(pointer, cString(target.category), cString(target.name));
    case "raw_tracepoint":
      return symbols.bpf_program__attach_raw_tracepoint(pointer, cString(target.name));
    case "netfilter": {
      const opts = new Struct("bpf_netfilter_opts")
        .i32("pf", target.family)
        .i32("hooknum", target.hook)
        .i32("priority", target.priority);
      return native.need(symbols.bpf_program__attach_netfilter, operation, "1.3")(pointer, opts.bytes);
    }
  }
}

function attachBySection({ native, pointer, operation, description }: Attachment): BpfLink {
  const link = native.program.symbols.bpf_program__attach(pointer);
  if (link === null && native.lastError() === -LINUX_ERRNO.EOPNOTSUPP) {
    throw new BpfError(operation, LINUX_ERRNO.EOPNOTSUPP, {
      log: ["its section does not say where: give it a target"],
    });
  }
  return NativeLink.from(native, link, operation, description);
}

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const ETH_P_ALL = 3;
const SOL_SOCKET = 1;
const SO_ATTACH_BPF = 50;

/** A packet socket on the interface, with the program as its filter. Nobody reads the socket: the program does the work. */
function attachSocket({ native, program, operation, description }: Attachment, target: Target<"socket">): BpfLink {
  const { libc, check } = native;
  // Protocol 0 receives nothing: packets arrive only after bind, when the filter is already in place.
  const fd = check.value(operation, libc.socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0));
  const link = new DetachLink(description, () => libc.close(fd));
  try {
    const value = new Uint8Array(new Int32Array([program.fd]).buffer);
    check.value(operation, libc.setSocketOption(fd, SOL_SOCKET, SO_ATTACH_BPF, value));
    const socketAddress = new Struct("sockaddr_ll")
      .u16("sll_family", AF_PACKET)
      .u16("sll_protocol", ETH_P_ALL, { littleEndian: false })
      .i32("sll_ifindex", target.ifindex);
    check.value(operation, libc.bind(fd, socketAddress.bytes));
    return link;
  } catch (error) {
    link[Symbol.dispose]();
    throw error;
  }
}

const BPF_TC_INGRESS = 1;
const BPF_TC_EGRESS = 2;

/** A classifier: as a TCX link where the kernel has them (6.6), which vanish with their owner; else through a clsact qdisc. */
function attachTc(at: Attachment, target: Target<"tc">): BpfLink {
  const { native, program, operation, description } = at;
  const egress = /egress/.test(program.sectionName);
  const type = egress ? AttachType.TCX_EGRESS : AttachType.TCX_INGRESS;
  const fd = native.program.symbols.bpf_link_create(program.fd, target.ifindex, type, null);
  if (fd >= 0) return new DetachLink(description, () => native.libc.close(fd));
  if (fd !== -LINUX_ERRNO.EINVAL && fd !== -LINUX_ERRNO.EOPNOTSUPP) throw native.check.error(operation, fd);
  return attachClsact(at, target.ifindex, egress ? BPF_TC_EGRESS : BPF_TC_INGRESS);
}

function attachClsact(
  { native, program, operation, description }: Attachment,
  ifindex: number,
  point: number,
): BpfLink {
  const { symbols } = native.program;
  const hook = new Struct("bpf_tc_hook").i32("ifindex", ifindex).i32("attach_point", point);
  const created = symbols.bpf_tc_hook_create(hook.bytes);
  if (created !== -LINUX_ERRNO.EEXIST) native.check.value(operation, created);
  const opts = new Struct("bpf_tc_opts").i32("prog_fd", program.fd);
  native.check.value(operation, symbols.bpf_tc_attach(hook.bytes, opts.bytes));
  return new DetachLink(description, () => {
    // The kernel answers with handle and priority; detaching wants these alone.
    opts.i32("prog_fd", 0).i32("prog_id", 0).i32("flags", 0);
    symbols.bpf_tc_detach(hook.bytes, opts.bytes);
  });
}

/** `enum perf_type_id` and `enum perf_*_ids` of linux/perf_event.h: [type, config]. */
const PERF_EVENTS = {
  "cpu-clock": [1, 0],
  "task-clock": [1, 1],
  "cpu-cycles": [0, 0],
  "instructions": [0, 1],
} as const;

const PERF_FLAG_FREQ = 1 << 10;
const PERF_FLAG_FD_CLOEXEC = 8;

/** Opens the event on every online CPU and attaches to each. */
function attachPerfEvent(at: Attachment, target: Target<"perf_event">): BpfLink {
  const { native, pointer, operation, description } = at;
  const [type, config] = PERF_EVENTS[target.event];
  const attributes = new Struct("perf_event_attr")
    .i32("type", type)
    .i32("size_field", 64)
    .u64("config", config)
    .u64("sample_period", target.frequencyHz)
    .u64("flags", PERF_FLAG_FREQ);
  const links: BpfLink[] = [];
  try {
    for (let cpu = 0; cpu < native.possibleCpus; cpu++) {
      const fd = native.libc.perfEventOpen(attributes.bytes, -1, cpu, -1, PERF_FLAG_FD_CLOEXEC);
      if (fd === -LINUX_ERRNO.ENODEV) continue; // an offline CPU
      if (fd === -LINUX_ERRNO.ENOENT) {
        throw new BpfError(operation, fd, { log: ["this machine has no such counter; cpu-clock needs none"] });
      }
      native.check.value(operation, fd);
      const link = native.program.symbols.bpf_program__attach_perf_event_opts(pointer, fd, null);
      if (link === null) native.libc.close(fd);
      // libbpf's link owns the descriptor from here on.
      links.push(NativeLink.from(native, link, operation, `${description}, CPU ${cpu}`));
    }
    return joinLinks(description, links);
  } catch (error) {
    joinLinks(description, links)[Symbol.dispose]();
    throw error;
  }
}

/** sk_skb, sk_msg and sk_skb/verdict programs belong to a socket map, which outlives no object. */
function attachSockmap({ native, program, operation, description }: Attachment, target: Target<"sockmap">): BpfLink {
  const { symbols } = native.program;
  const [programFd, mapFd] = [program.fd, target.map.fd];
  const type = program.type === ProgramType.SK_MSG ? AttachType.SK_MSG_VERDICT : program.expectedAttachType;
  native.check.value(operation, symbols.bpf_prog_attach(programFd, mapFd, type, 0));
  return new DetachLink(description, () => symbols.bpf_prog_detach2(programFd, mapFd, type));
}

function describe(program: BpfProgram, target: AttachTarget): string {
  switch (target.kind) {
    case "section":
      return program.sectionName;
    case "xdp":
    case "tc":
    case "tcx":
    case "netkit":
    case "socket":
      return `${target.kind} of interface ${target.ifindex}`;
    case "cgroup":
    case "netns":
      return `a ${target.kind}`;
    case "kprobe":
      return `${target.retprobe ? "kretprobe" : "kprobe"} ${target.function}`;
    case "ksyscall":
      return `system call ${target.name}`;
    case "uprobe":
      return `${target.binary}:${target.function ?? ""}${target.offset ? `+0x${target.offset.toString(16)}` : ""}`;
    case "usdt":
      return `${target.binary}:${target.provider}:${target.name}`;
    case "tracepoint":
      return `tracepoint ${target.category}/${target.name}`;
    case "raw_tracepoint":
      return `raw tracepoint ${target.name}`;
    case "perf_event":
      return `perf event ${target.event} at ${target.frequencyHz} Hz`;
    case "netfilter":
      return `netfilter family ${target.family}, hook ${target.hook}, priority ${target.priority}`;
    case "sockmap":
      return `map "${target.map.name}"`;
  }
}
