/**
 * Attaching a program. This is the only way from a program to a link; each kind of target has a function.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation, printable } from "../../errors/mod.ts";
import { AttachType, MapType, ProgramType } from "../../object/bpf_numbers.ts";
import { describeMapType } from "../../object/map_rules.ts";
import { cString } from "../system/c_string.ts";
import type { NativePointer } from "../system/pointers.ts";
import { attachClassifier, attachSocket, attachXdp } from "./attach_interface.ts";
import { attachPerfEvent } from "./attach_perf_event.ts";
import { attachKprobeMulti, attachUprobe, attachUprobeMulti, attachUsdt } from "./attach_probe.ts";
import type { Attachment, Target } from "./attachment.ts";
import type { AttachTarget, BpfLink, BpfProgram } from "./interfaces/mod.ts";
import { DetachLink, NativeLink } from "./link.ts";
import type { Native } from "./native.ts";
import { Struct } from "./struct.ts";
import { describeTarget } from "./target_text.ts";

/** Attaches `program` to `target`. @throws {BpfError} with the reason of libbpf or the kernel. */
export function attachProgram(
  native: Native,
  pointer: NativePointer<"bpf_program">,
  program: BpfProgram,
  target: AttachTarget,
): BpfLink {
  const text = describeTarget(program, target);
  const operation: Operation = { operation: "attach", kind: "program", subject: program.name, target: text };
  const description = `program "${program.name}" to ${printable(text)}`;
  native.check.begin(() => ({ action: "attach", programs: [program] }));
  return attachTo({ native, pointer, program, operation, description }, target);
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

/** Attaches to a target that needs only one call of libbpf. */
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
  if (link !== null) return NativeLink.from(native, link, operation, description);
  const error = native.check.error(operation, native.lastError());
  // libbpf writes nothing when the section names no target, and a line when the kernel refuses.
  if (error.code !== "EOPNOTSUPP" || error.log.length > 0) throw error;
  throw new BpfError(operation, error.errno, { reason: "its section names no target: give it one" });
}

/** Attaches an sk_skb or sk_msg program to a socket map. The kernel has no link for it. */
function attachSockmap({ native, program, operation, description }: Attachment, target: Target<"sockmap">): BpfLink {
  const { symbols } = native.program;
  const { type: mapType } = target.map;
  if (mapType !== MapType.SOCKMAP && mapType !== MapType.SOCKHASH) {
    const reason = `it is ${describeMapType(mapType)}: a sockmap or a sockhash takes programs`;
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, { reason });
  }
  const [programFd, mapFd] = [program.fd, target.map.fd];
  const type = program.type === ProgramType.SK_MSG ? AttachType.SK_MSG_VERDICT : program.expectedAttachType;
  native.check.value(operation, symbols.bpf_prog_attach(programFd, mapFd, type, 0));
  return new DetachLink(description, () => symbols.bpf_prog_detach2(programFd, mapFd, type));
}
