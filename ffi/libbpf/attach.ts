/**
 * Attaching a program: one function per kind of target.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, printable } from "../../errors/mod.ts";
import { mapTypeName } from "../../errors/map_rules.ts";
import { AttachType, MapType, ProgramType } from "./constants.ts";
import { Struct } from "./layouts.ts";
import { cString } from "../system/c_string.ts";
import type { Native } from "./native.ts";
import { attachClassifier, attachSocket, attachXdp, interfaceName } from "./attach_interface.ts";
import { attachKprobeMulti, attachUprobe, attachUprobeMulti, attachUsdt } from "./attach_probe.ts";
import type { Attachment, Target } from "./attachment.ts";
import { DetachLink, joinLinks, NativeLink } from "./link.ts";
import type { AttachTarget, BpfLink, BpfProgram } from "./interfaces/mod.ts";
import { openPerfEvent, PERF_FLAG, PERF_TYPE } from "../system/perf_event.ts";
import type { NativePointer } from "../system/pointers.ts";

/** Attaches `program` to `target`. @throws {BpfError} with what libbpf or the kernel said. */
export function attachProgram(
  native: Native,
  pointer: NativePointer<"bpf_program">,
  program: BpfProgram,
  target: AttachTarget,
): BpfLink {
  const description = `program "${program.name}" to ${printable(describe(program, target))}`;
  native.check.begin(() => ({ action: "attach", programs: [program] }));
  return attachTo({ native, pointer, program, operation: `Cannot attach ${description}`, description }, target);
}

function attachTo(at: Attachment, target: AttachTarget): BpfLink {
  switch (target.kind) {
    case "section":
      return attachBySection(at);
    case "xdp":
      return attachXdp(at, target);
    case "tc":
    case "tcx":
      return attachClassifier(at, target);
    case "socket":
      return attachSocket(at, target);
    case "kprobe_multi":
      return attachKprobeMulti(at, target);
    case "uprobe":
      return attachUprobe(at, target);
    case "uprobe_multi":
      return attachUprobeMulti(at, target);
    case "usdt":
      return attachUsdt(at, target);
    case "perf_event":
      return attachPerfEvent(at, target);
    case "sockmap":
      return attachSockmap(at, target);
    default:
      return NativeLink.from(at.native, nativeLink(at, target), at.operation, at.description);
  }
}

/** The kinds that one call of libbpf attaches. */
function nativeLink(
  { native, pointer, operation }: Attachment,
  target: Target<
    "netkit" | "cgroup" | "netns" | "kprobe" | "ksyscall" | "tracepoint" | "raw_tracepoint" | "netfilter"
  >,
): Deno.PointerValue {
  const { symbols } = native.program;
  switch (target.kind) {
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

const { HARDWARE, SOFTWARE } = PERF_TYPE;

/** `enum perf_sw_ids` and `enum perf_hw_id` of linux/perf_event.h. */
const PERF_EVENTS = {
  "cpu-clock": { type: SOFTWARE, config: 0 },
  "task-clock": { type: SOFTWARE, config: 1 },
  "cpu-cycles": { type: HARDWARE, config: 0 },
  "instructions": { type: HARDWARE, config: 1 },
} as const;

/** Opens the event on every online CPU and attaches to each. */
function attachPerfEvent(at: Attachment, target: Target<"perf_event">): BpfLink {
  const { native, pointer, operation, description } = at;
  const event = { ...PERF_EVENTS[target.event], samplePeriod: target.frequencyHz, flags: PERF_FLAG.FREQ };
  const links: BpfLink[] = [];
  try {
    for (let cpu = 0; cpu < native.possibleCpus; cpu++) {
      const fd = openPerfEvent(native.system.calls, event, cpu);
      if (fd === -LINUX_ERRNO.ENODEV) continue; // an offline CPU
      if (fd === -LINUX_ERRNO.ENOENT) {
        throw new BpfError(operation, fd, { log: ["this machine has no such counter; cpu-clock needs none"] });
      }
      native.check.value(operation, fd);
      const link = native.program.symbols.bpf_program__attach_perf_event_opts(pointer, fd, null);
      if (link === null) native.system.calls.close(fd);
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
  const { type: mapType } = target.map;
  if (mapType !== MapType.SOCKMAP && mapType !== MapType.SOCKHASH) {
    const reason = `it is ${mapTypeName(mapType)}: a sockmap or a sockhash takes programs`;
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, { log: [reason] });
  }
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
      return `${target.kind} of ${interfaceName(target)}`;
    case "cgroup":
    case "netns":
      return `a ${target.kind}`;
    case "kprobe":
      return `${target.retprobe ? "kretprobe" : "kprobe"} ${target.function}`;
    case "ksyscall":
      return `system call ${target.name}`;
    case "kprobe_multi":
      return `kernel functions ${target.pattern}`;
    case "uprobe":
      return `${target.binary}:${uprobePlace(target)}`;
    case "uprobe_multi":
      return `${target.binary}:${"address" in target.place ? hex(target.place.address) : target.place.pattern}`;
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

function uprobePlace({ function: name, offset, address }: Target<"uprobe">): string {
  if (address !== undefined) return hex(address);
  if (name === undefined) return hex(offset);
  return offset === 0 ? name : `${name}+${hex(offset)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
