/**
 * Descriptions of targets, for messages.
 *
 * @module
 */

import type { Target } from "./attachment.ts";
import type { AttachTarget, BpfProgram, InterfaceTarget } from "./interfaces/mod.ts";

/** "xdp of lo", "kprobe do_exit": the target of `program`, which names the target of kind "section". */
export function describeTarget(program: Pick<BpfProgram, "sectionName">, target: AttachTarget): string {
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

/** The name of an interface. */
export function interfaceName({ name, ifindex }: InterfaceTarget): string {
  return name ?? `interface ${ifindex}`;
}

function uprobePlace({ function: name, offset, address }: Target<"uprobe">): string {
  if (address !== undefined) return hex(address);
  if (name === undefined) return hex(offset);
  return offset === 0 ? name : `${name}+${hex(offset)}`;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}
