/**
 * The places of attachments as policies name them.
 *
 * @module
 */

import { type AttachTarget, ProgramType, type System } from "../../../ffi/mod.ts";
import { pathOfDescriptor } from "../../../ffi/system/host_paths.ts";
import type { AttachPoint, ProgramDescription } from "../requests.ts";

const OTHER: AttachPoint = { kind: "other" };

/** The place that a section names, when libbpf reads it: "kprobe/do_exit+4". Undefined for programs that loading has bound to a place. */
export function sectionPoint({ type, sectionName }: ProgramDescription): AttachPoint | undefined {
  const slash = sectionName.indexOf("/");
  // libbpf attaches no program whose section has no target.
  if (slash < 0) return undefined;
  const target = sectionName.slice(slash + 1);
  switch (type) {
    case ProgramType.KPROBE:
      return { kind: "function", name: target };
    case ProgramType.RAW_TRACEPOINT:
    case ProgramType.RAW_TRACEPOINT_WRITABLE:
    case ProgramType.TRACEPOINT:
      return { kind: "tracepoint", name: target };
    default:
      return undefined;
  }
}

/** The place of a target. @param opened the descriptor of the file that was opened for it. */
export function targetPoint(system: System, target: AttachTarget, opened: number | undefined): AttachPoint {
  switch (target.kind) {
    case "xdp":
    case "tc":
    case "tcx":
    case "netkit":
    case "socket":
      return interfacePoint(system, target.ifindex);
    case "cgroup":
      return { kind: "cgroup", path: realPath(system, target.fd) };
    case "netns":
      return { kind: "namespace", path: realPath(system, target.fd) };
    case "uprobe":
    case "uprobe_multi":
    case "usdt":
      return { kind: "binary", path: realPath(system, opened ?? -1) };
    case "kprobe":
      return { kind: "function", name: withOffset(target.function, target.offset) };
    case "ksyscall":
      return { kind: "function", name: target.name };
    case "kprobe_multi":
      return { kind: "function", name: target.pattern, isPattern: true };
    case "tracepoint":
      return { kind: "tracepoint", name: `${target.category}/${target.name}` };
    case "raw_tracepoint":
      return { kind: "tracepoint", name: target.name };
    case "netfilter":
    case "sockmap":
      return { kind: target.kind };
    case "perf_event":
    case "section":
      return OTHER;
  }
}

/** A function's name with an offset, if there is one: "do_exit+16". */
export function withOffset(name: string, offset: number): string {
  return offset === 0 ? name : `${name}+${offset}`;
}

/** An interface by its index. */
export function interfacePoint(system: System, index: number): AttachPoint {
  // Indices are signed, and a guest can pass any.
  const name = system.interfaceName(index >>> 0);
  return { kind: "interface", name: name === undefined ? undefined : new TextDecoder().decode(name.subarray(0, -1)) };
}

/** The path of an open file, without links. A network namespace that no file names has "net:[4026531840]". */
export function realPath(system: System, fd: number): string {
  return system.calls.readLink(pathOfDescriptor(fd));
}
