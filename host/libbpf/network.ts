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
import type { Descriptor } from "../core/descriptors.ts";
import { Refusal, refuse } from "../core/refusal.ts";
import { requestOf } from "./attach_points.ts";
import type { Call } from "./call.ts";
import { descriptorOf } from "./fields.ts";
import { targetFd } from "./attach_rules.ts";
import { isOnInterface } from "./attach_types.ts";
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
const XDP_ATTACH_OPTS = struct("bpf_xdp_attach_opts", [], { old_prog_fd: descriptorOf("program") });
export const XDP_QUERY_OPTS = struct("bpf_xdp_query_opts", [], {}, [
  "prog_id",
  "drv_prog_id",
  "hw_prog_id",
  "skb_prog_id",
  "attach_mode",
  "feature_flags",
  "xdp_zc_max_segs",
]);

/** An attachment. Disposing undoes it. */
interface Attachment extends Disposable {
  /** Forgets it, because the guest has detached or replaced it. */
  forget(): void;
}

/** The attachments of one guest, by a text that names their place. */
const left = new WeakMap<GuestContext, Map<string, Attachment>>();

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
}

/** A function that attaches without a link. */
interface Attaching {
  readonly name: FunctionName;
  readonly line: Line;
  /** The descriptors of the host that undoing needs. It gets copies, because the guest may close its own before. */
  readonly needed?: (call: Call, args: readonly NativeArgument[]) => readonly (NativeArgument | undefined)[];
  /** Gives the opposite, after the call. Undefined if the call has attached nothing. */
  readonly undo: (call: Call, args: readonly NativeArgument[], copies: readonly number[]) => Undo | undefined;
}

/** A line of a function that attaches without a link. An attachment counts as a link of the guest. */
function attaching({ name, line, needed = () => [], undo }: Attaching): Line {
  return {
    ...line,
    run: (call) => {
      const args = argumentsOf(call, name, line);
      const close = (fd: number) => call.guest.system.calls.close(fd);
      using stack = new DisposableStack();
      const copies = needed(call, args).map((fd) => stack.adopt(copyOf(call, fd), close));
      let result = 0;
      const found = call.calls.takeLink(requestOf(call, name, args), (calls) => {
        const { value, errno } = calls.call(name, args);
        if (errno < 0) throw new Refusal(libbpfErrno(errno));
        call.writeBack();
        result = Number(value);
        return undo(call, args, copies);
      });
      if (found !== undefined) keep(call, found, stack.move());
      return result;
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
      const { value, errno } = call.calls.call(name, args, { request: requestOf(call, name, args) });
      if (errno < 0) return -libbpfErrno(errno);
      leftOf(call.guest).get(at)?.forget();
      return Number(value);
    },
  };
}

function keep({ guest, calls }: Call, { place, detach }: Undo, copies: Disposable): void {
  const attachments = leftOf(guest);
  attachments.get(place)?.forget();
  const end = () => {
    copies[Symbol.dispose]();
    calls.giveLink();
  };
  const attachment: Attachment = {
    forget: () => {
      attachments.delete(place);
      guest.resources.remove(attachment);
      end();
    },
    [Symbol.dispose]: () => {
      calls.undo(detach);
      end();
    },
  };
  attachments.set(place, attachment);
  guest.resources.add(attachment);
}

/** A copy of a descriptor of the host. Refuses with EMFILE. */
function copyOf({ guest }: Call, hostFd: NativeArgument | undefined): number {
  const copied = guest.system.calls.duplicate(Number(hostFd));
  return copied >= 0 ? copied : refuse("EMFILE");
}

function textOf(argument: NativeArgument | undefined): string {
  return typeof argument === "object" && argument !== null && "bytes" in argument ? argument.bytes.join(",") : "";
}

/** `bpf_tc_attach`: the kernel returns the handle and the priority, which name the classifier. */
export const TC_ATTACH = attaching({
  name: "bpf_tc_attach",
  line: { parameters: { hook: opts(TC_HOOK), opts: opts(TC_OPTS) } },
  undo: (call, [hook, options]) => {
    if (!isStruct(hook) || !isStruct(options)) return undefined;
    const named = namedClassifier(call, options);
    return {
      place: `tc ${textOf(hook)} ${textOf(named)}`,
      detach: (calls) => calls.call("bpf_tc_detach", [hook, named]),
    };
  },
});

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
export const XDP_ATTACH = attaching({
  name: "bpf_xdp_attach",
  line: { parameters: { prog_fd: optionalDescriptor("program"), opts: opts(XDP_ATTACH_OPTS) } },
  needed: (_call, [, program]) => Number(program) < 0 ? [] : [program],
  undo: (call, [ifindex, , flags], [copied]) => {
    const place = xdpPlace(ifindex, flags);
    if (copied === undefined) {
      leftOf(call.guest).get(place)?.forget();
      return undefined;
    }
    return { place, detach: (calls) => detachXdp(calls, { ifindex: ifindex ?? 0, flags: Number(flags), fd: copied }) };
  },
});

/** Detaches the program `fd`, and not one that has replaced it. */
function detachXdp(
  calls: LibbpfCalls,
  { ifindex, flags, fd }: { ifindex: NativeArgument; flags: number; fd: number },
): void {
  const { fields, size } = FIELDS.bpf_xdp_attach_opts;
  const expected = calls.struct(new Uint8Array(size));
  const view = new DataView(expected.bytes.buffer);
  view.setBigUint64(0, BigInt(size), true);
  view.setInt32(fields.old_prog_fd[0], fd, true);
  calls.call("bpf_xdp_detach", [ifindex, flags & XDP_MODES, expected]);
}

/** `bpf_xdp_detach`. */
export const XDP_DETACH = detaching(
  "bpf_xdp_detach",
  { parameters: { opts: opts(XDP_ATTACH_OPTS) } },
  (_call, [ifindex, flags]) => xdpPlace(ifindex, flags),
);

function xdpPlace(ifindex: NativeArgument | undefined, flags: NativeArgument | undefined): string {
  return `xdp ${Number(ifindex)} ${Number(flags) & XDP_MODES}`;
}

/** `bpf_prog_attach`. Its target is a descriptor, or the index of an interface. */
export const PROG_ATTACH = attaching({
  name: "bpf_prog_attach",
  line: { parameters: { prog_fd: descriptor("program"), attachable_fd: targetFd("type") } },
  needed: (call, [program, target]) => isOnInterface(call.int("type")) ? [program] : [program, target],
  undo: (call, [, index, type], [program = 0, target = index]) => ({
    place: progPlace(call),
    detach: (calls) => calls.call("bpf_prog_detach2", [program, target ?? 0, type ?? 0]),
  }),
});

/** `bpf_prog_detach2`. */
export const PROG_DETACH2 = detaching(
  "bpf_prog_detach2",
  { parameters: { prog_fd: descriptor("program"), attachable_fd: targetFd("type") } },
  (call) => progPlace(call),
);

/** Names a program and its target. A number of the guest can be that of another thing later, so the entries of its table count. */
function progPlace(call: Call): string {
  const { descriptors } = call.guest;
  const [target, type] = [call.int("attachable_fd"), call.int("type")];
  const at = isOnInterface(type) ? target : entryNumber(descriptors.find(target));
  return `prog ${entryNumber(descriptors.find(call.int("prog_fd")))} ${at} ${type}`;
}

const entryNumbers = new WeakMap<Descriptor, number>();
let lastEntryNumber = 0;

/** A number that no other entry has. */
function entryNumber(entry: Descriptor | undefined): number {
  if (entry === undefined) refuse("EBADF");
  const number = entryNumbers.get(entry) ?? ++lastEntryNumber;
  entryNumbers.set(entry, number);
  return number;
}
