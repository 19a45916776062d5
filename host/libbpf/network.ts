/**
 * Attachments to network interfaces and cgroups that no link holds: classifiers of tc, XDP, `bpf_prog_attach`.
 *
 * The kernel keeps them when their process ends. The host detaches what is left when the guest ends.
 *
 * @module
 */

import { libbpfErrno } from "../../errors/mod.ts";
import type { FunctionName, LibbpfCalls, NativeArgument, NativeStruct } from "../../ffi/mod.ts";
import { XDP_FLAG } from "../../ffi/system/linux_numbers.ts";
import type { GuestContext } from "../core/context.ts";
import type { Call } from "./call.ts";
import { descriptorOf } from "./fields.ts";
import { targetFd } from "./attach_rules.ts";
import { descriptor, type Line, optionalDescriptor, opts } from "./line.ts";
import { FIELDS } from "./struct_fields.ts";
import { argumentsOf } from "./marshal.ts";
import { struct } from "./structs.ts";

export const TC_HOOK = struct("bpf_tc_hook", ["ifindex", "attach_point", "parent"]);
export const TC_OPTS = struct("bpf_tc_opts", ["flags"], { prog_fd: descriptorOf("program") }, [
  "prog_id",
  "handle",
  "priority",
]);
export const XDP_ATTACH_OPTS = struct("bpf_xdp_attach_opts", [], { old_prog_fd: descriptorOf("program") });
export const XDP_QUERY_OPTS = struct("bpf_xdp_query_opts", [], {}, [
  "prog_id",
  "drv_prog_id",
  "hw_prog_id",
  "skb_prog_id",
  "attach_mode",
  "feature_flags",
  "xdp_zc_max_segs",
]);

/** The attachments of one guest, by a text that names their place. */
const left = new WeakMap<GuestContext, Map<string, Attachment>>();

/** An attachment. Disposing undoes it. */
interface Attachment extends Disposable {
  /** The copies of descriptors that undoing needs. */
  readonly copies: readonly number[];
}

function leftOf(guest: GuestContext): Map<string, Attachment> {
  const known = left.get(guest);
  if (known !== undefined) return known;
  const attachments = new Map<string, Attachment>();
  left.set(guest, attachments);
  return attachments;
}

/** The way to undo an attachment. */
interface Undo {
  /** Names the place: an attachment to the same place replaces it. */
  readonly place: string;
  readonly detach: (calls: LibbpfCalls) => void;
  /** Copies of descriptors that `detach` uses, because the guest may close its own before. */
  readonly copies?: readonly number[];
}

/** A line of a function that attaches without a link. @param undo gives the opposite, after the call. */
function attaching(
  name: FunctionName,
  line: Line,
  undo: (call: Call, args: readonly NativeArgument[]) => Undo | undefined,
): Line {
  return {
    ...line,
    run: (call) => {
      const args = argumentsOf(call, name, line);
      const { value, errno } = call.calls.call(name, args);
      if (errno < 0) return -libbpfErrno(errno);
      call.writeBack();
      const found = undo(call, args);
      if (found !== undefined) keep(call, found);
      return Number(value);
    },
  };
}

/** A line of a function that detaches. @param place names the place as that of attaching does. */
function detaching(
  name: FunctionName,
  line: Line,
  place: (call: Call, args: readonly NativeArgument[]) => string,
): Line {
  return {
    ...line,
    run: (call) => {
      const args = argumentsOf(call, name, line);
      const at = place(call, args);
      const { value, errno } = call.calls.call(name, args);
      if (errno < 0) return -libbpfErrno(errno);
      forget(call.guest, at);
      return Number(value);
    },
  };
}

function keep({ guest, calls }: Call, { place, detach, copies = [] }: Undo): void {
  forget(guest, place);
  const attachment: Attachment = {
    copies,
    [Symbol.dispose]: () => {
      calls.undo(detach);
      for (const fd of copies) guest.system.calls.close(fd);
    },
  };
  leftOf(guest).set(place, attachment);
  guest.resources.add(attachment);
}

function forget(guest: GuestContext, place: string): void {
  const attachment = leftOf(guest).get(place);
  leftOf(guest).delete(place);
  if (attachment === undefined) return;
  guest.resources.remove(attachment);
  for (const fd of attachment.copies) guest.system.calls.close(fd);
}

/** A copy of a descriptor of the host. */
function copyOf({ guest }: Call, hostFd: NativeArgument | undefined): number {
  return guest.system.calls.duplicate(Number(hostFd));
}

function textOf(argument: NativeArgument | undefined): string {
  return typeof argument === "object" && argument !== null && "bytes" in argument ? argument.bytes.join(",") : "";
}

/** `bpf_tc_attach`: the kernel returns the handle and the priority, which name the classifier. */
export const TC_ATTACH = attaching(
  "bpf_tc_attach",
  { parameters: { hook: opts(TC_HOOK), opts: opts(TC_OPTS) } },
  (call, [hook, options]) => {
    if (!isStruct(hook) || !isStruct(options)) return undefined;
    const named = namedClassifier(call, options);
    return {
      place: `tc ${textOf(hook)} ${textOf(named)}`,
      detach: (calls) => calls.call("bpf_tc_detach", [hook, named]),
    };
  },
);

/** `bpf_tc_detach`. */
export const TC_DETACH = detaching(
  "bpf_tc_detach",
  { parameters: { hook: opts(TC_HOOK), opts: opts(TC_OPTS) } },
  (call, [hook, options]) => `tc ${textOf(hook)} ${isStruct(options) ? textOf(namedClassifier(call, options)) : ""}`,
);

/** Only the handle and the priority of a classifier, as detaching requires. */
function namedClassifier({ calls }: Call, options: NativeStruct): NativeStruct {
  const { fields, size } = FIELDS.bpf_tc_opts;
  const named = calls.struct(new Uint8Array(size));
  for (const [offset, bytes] of [fields.sz, fields.handle, fields.priority]) {
    named.bytes.set(options.bytes.subarray(offset, offset + bytes), offset);
  }
  return named;
}

function isStruct(argument: NativeArgument | undefined): argument is NativeStruct {
  return typeof argument === "object" && argument !== null && "bytes" in argument;
}

const XDP_MODES = XDP_FLAG.generic | XDP_FLAG.native | XDP_FLAG.offload;

/** `bpf_xdp_attach`. A negative program detaches. */
export const XDP_ATTACH = attaching(
  "bpf_xdp_attach",
  { parameters: { prog_fd: optionalDescriptor("program"), opts: opts(XDP_ATTACH_OPTS) } },
  (call, [ifindex, program, flags]) => {
    const place = xdpPlace(ifindex, flags);
    if (Number(program) < 0) {
      forget(call.guest, place);
      return undefined;
    }
    const copied = copyOf(call, program);
    return {
      place,
      copies: [copied],
      detach: (calls) => {
        const { fields, size } = FIELDS.bpf_xdp_attach_opts;
        const expected = calls.struct(new Uint8Array(size));
        const view = new DataView(expected.bytes.buffer);
        view.setBigUint64(0, BigInt(size), true);
        // The kernel detaches only this program, not one that has replaced it.
        view.setInt32(fields.old_prog_fd[0], copied, true);
        calls.call("bpf_xdp_detach", [ifindex ?? 0, Number(flags) & XDP_MODES, expected]);
      },
    };
  },
);

/** `bpf_xdp_detach`. */
export const XDP_DETACH = detaching(
  "bpf_xdp_detach",
  { parameters: { opts: opts(XDP_ATTACH_OPTS) } },
  (_call, [ifindex, flags]) => xdpPlace(ifindex, flags),
);

function xdpPlace(ifindex: NativeArgument | undefined, flags: NativeArgument | undefined): string {
  return `xdp ${Number(ifindex)} ${Number(flags) & XDP_MODES}`;
}

/** `bpf_prog_attach`. */
export const PROG_ATTACH = attaching(
  "bpf_prog_attach",
  { parameters: { prog_fd: descriptor("program"), attachable_fd: targetFd("type") } },
  (call, [program, target, type]) => {
    const [ownProgram, ownTarget] = [copyOf(call, program), copyOf(call, target)];
    return {
      place: progPlace(call),
      copies: [ownProgram, ownTarget],
      detach: (calls) => calls.call("bpf_prog_detach2", [ownProgram, ownTarget, type ?? 0]),
    };
  },
);

/** `bpf_prog_detach2`. */
export const PROG_DETACH2 = detaching(
  "bpf_prog_detach2",
  { parameters: { prog_fd: descriptor("program"), attachable_fd: targetFd("type") } },
  (call) => progPlace(call),
);

/** The guest's numbers of a program and of its place. */
function progPlace(call: Call): string {
  return `prog ${call.int("prog_fd")} ${call.int("attachable_fd")} ${call.int("type")}`;
}
