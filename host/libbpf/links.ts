/**
 * Functions that make and destroy links.
 *
 * @module
 */

import { libbpfErrno, type Operation } from "../../errors/mod.ts";
import type { FunctionName, NativeRef } from "../../ffi/mod.ts";
import type { GuestObject } from "../core/guest_object.ts";
import { type GateRequest, operationOf } from "../core/policy.ts";
import { Refusal, refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import { addDescriptor } from "./descriptors.ts";
import { GuestLink } from "./guest_link.ts";
import { LINKS } from "./kinds.ts";
import type { Line } from "./line.ts";
import { argumentsOf } from "./marshal.ts";

/** What an attaching function needs beside its parameters. */
interface AttachOptions {
  /** True if libbpf's link points into the program's object, so that it must end with it. */
  readonly pointsIntoObject?: boolean;
}

/** A line of a function that attaches a program and returns a link. */
export function attaches<L extends Line>(name: FunctionName, line: L, options: AttachOptions = {}): L {
  return { ...line, run: (call: Call) => attach(call, name, line, options) };
}

function attach(call: Call, name: FunctionName, line: Line, { pointsIntoObject = false }: AttachOptions): number {
  const part = call.program("prog");
  const program = part.object.programOf(part.ref);
  const args = argumentsOf(call, name, line);
  line.check?.(call);
  const isBySection = name === "bpf_program__attach";
  const target = isBySection ? program.sectionName : targetOf(call);
  const request: GateRequest = {
    kind: "attach",
    program,
    place: isBySection ? { kind: "section" } : { kind: "call", function: name, target },
  };
  const operation: Operation = { operation: "attach", kind: "program", subject: program.name, target };
  const ref = call.calls.takeLink(request, (calls) => {
    const { value, errno } = calls.call(name, args);
    if (typeof value === "object") return value;
    const error = calls.error(operation, errno, program);
    // libbpf says nothing about a section without a target, which a skeleton skips.
    if (isBySection && error.code === "EOPNOTSUPP" && error.log.length === 0) return undefined;
    throw error;
  });
  if (ref === undefined) return 0;
  // libbpf decides by the section name, so a plain attach may give any kind of link.
  const isUsdt = isBySection && program.sectionName.startsWith("usdt");
  return addLink(call, ref, isUsdt || pointsIntoObject ? part.object : undefined);
}

/** `bpf_map__attach_struct_ops`. Its link may use the descriptor of the map, so it ends with the object. */
export function attachStructOps(call: Call): number {
  const { ref, object } = call.map("map");
  const request: GateRequest = { kind: "struct_ops", map: object.describeMapOf(ref) };
  const link = call.calls.takeLink(request, (calls) => {
    const { value, errno } = calls.call("bpf_map__attach_struct_ops", [ref]);
    if (typeof value === "object") return value;
    throw calls.error(operationOf(request), errno);
  });
  return addLink(call, link, object);
}

/** Adds a link that libbpf made. @returns its handle. */
export function addLink({ guest }: Call, ref: NativeRef, object: GuestObject | undefined): number {
  const link = new GuestLink(guest, ref, object);
  guest.resources.add(link);
  return LINKS.of(guest.handles).add(link);
}

/** `bpf_link__destroy`: NULL is allowed, as in libbpf. */
export function destroyLink(call: Call): number {
  if (call.isNull("link")) return 0;
  const link = LINKS.of(call.guest.handles).remove(call.raw("link")) ?? refuse("EINVAL");
  // A disconnected attachment outlives its handle, and ends with the guest.
  if (link.isDisconnected) return 0;
  call.guest.resources.close(link);
  return link.result === 0 ? 0 : -libbpfErrno(link.result);
}

/** `bpf_link__disconnect`: destroying the link no longer detaches. */
export function disconnectLink(call: Call): number {
  const link = call.link("link");
  call.calls.pass({ kind: "call", function: call.name });
  link.isDisconnected = true;
  return 0;
}

/** `bpf_link__fd`: the guest's descriptor of a link, which belongs to the link; -1 for an attachment without one. */
export function linkFd(call: Call): number {
  const link = call.link("link");
  const { value } = call.calls.call("bpf_link__fd", [link.ref ?? refuse("EINVAL")]);
  return typeof value === "number" && value >= 0 ? link.descriptor(value) : -1;
}

/** A line of a function that attaches and returns a descriptor. Closing it detaches. */
export function attachesFd<L extends Line>(name: FunctionName, line: L): L {
  return { ...line, run: (call: Call) => attachFd(call, name, line) };
}

function attachFd(call: Call, name: FunctionName, line: Line): number {
  const args = argumentsOf(call, name, line);
  line.check?.(call);
  const hostFd = call.calls.takeLink({ kind: "call", function: name }, (calls) => {
    const { value, errno } = calls.call(name, args);
    // Programs try such calls to find out what the kernel has, so a failure is not reported.
    if (errno < 0) throw new Refusal(libbpfErrno(errno));
    return Number(value);
  });
  return addDescriptor(call, "link", hostFd, () => call.calls.giveLink());
}

/** The target of an attaching function: "tracepoint sched:sched_switch". */
function targetOf(call: Call): string {
  const kind = call.name.slice("bpf_program__attach_".length).replace(/_opts$/, "");
  return `${kind} ${call.texts().join(":")}`.trim();
}
