/**
 * Functions that make and destroy links.
 *
 * @module
 */

import { BpfError, libbpfErrno, type Operation, WASI_ERRNO } from "../../errors/mod.ts";
import type { BpfProgram, FunctionName, LibbpfCalls, NativeOutcome } from "../../ffi/mod.ts";
import { attachNamed, ownPlaceOf } from "../core/attach_targets/attach_target.ts";
import { sectionPoint } from "../core/attach_targets/attach_points.ts";
import { HiddenPath } from "../core/attach_targets/target_reading.ts";
import type { GuestObject } from "../core/guest_object.ts";
import { type AttachPoint, type GateRequest, operationOf } from "../core/requests.ts";
import { Refusal, refuse } from "../core/refusal.ts";
import { pointOf, requestOf, staysAfterKill } from "./attach_points.ts";
import type { Call } from "./call.ts";
import { addDescriptor } from "./descriptors.ts";
import { GuestLink, type HeldLink } from "./guest_link.ts";
import { LINKS, type ObjectPart } from "./kinds.ts";
import type { Line } from "./line.ts";
import { PIN } from "./pins.ts";
import { argumentsOf } from "./marshal.ts";

/** Properties of an attaching function beside its parameters. */
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
  const program = call.programOf(part);
  const target = targetOf(call);
  const request = { kind: "attach", program, place: { kind: "call", function: name, target } } as const;
  const operation: Operation = { operation: "attach", kind: "program", subject: program.name, target };
  const held = call.calls.takeLink(request, (calls) => {
    // Arguments can be paths. The host looks for them only if the guest may attach the program there.
    const args = argumentsOf(call, name, line);
    const point = pointOf(call, name, args);
    const stays = staysAfterKill(name, args);
    if (point !== undefined || stays) call.calls.check({ ...request, point, stays });
    const outcome = calls.call(name, args);
    call.writeBack();
    return heldLink(call, outcome) ?? throwError(calls.error(operation, outcome.errno, program));
  });
  call.done();
  return addLink(call, held, pointsIntoObject ? part.object : undefined);
}

/** `bpf_program__attach`. A section without a target gives NULL without an error, because a skeleton skips such a program. */
export function attachBySection(call: Call): number {
  const part = call.program("prog");
  const program = call.programOf(part);
  const request: GateRequest = { kind: "attach", program, place: { kind: "section" } };
  const isOwn = ownPlaceOf(program.sectionName) !== undefined;
  const held = call.calls.takeLink(request, (calls) => {
    return isOwn ? attachOwnSection(call, { part, program }) : attachPlainly(call, calls, { part, program });
  });
  // The object owns links that the host makes. Those of USDT probes point into it.
  return held === undefined ? 0 : addLink(call, held, isOwn ? part.object : undefined);
}

/** A program of a guest, and libbpf's. */
interface Attached {
  readonly part: ObjectPart;
  readonly program: BpfProgram;
}

/** Lets libbpf read the section. */
function attachPlainly(call: Call, calls: LibbpfCalls, { part, program }: Attached): HeldLink | undefined {
  const point = sectionPoint(program);
  if (point !== undefined) {
    call.calls.check({ kind: "attach", program, place: { kind: "section" }, point });
  }
  const outcome = calls.call("bpf_program__attach", [part.ref]);
  const held = heldLink(call, outcome);
  if (held !== undefined) return held;
  const target = program.sectionName;
  const error = calls.error(
    { operation: "attach", kind: "program", subject: program.name, target },
    outcome.errno,
    program,
  );
  if (error.code === "EOPNOTSUPP" && error.log.length === 0) return undefined;
  throw error;
}

/** Reads a section in which libbpf would open any path, and take any text as a name. */
function attachOwnSection(call: Call, { part, program }: Attached): HeldLink {
  const { guest } = call;
  const check = (point: AttachPoint) =>
    call.calls.check({ kind: "attach", program, place: { kind: "section" }, point });
  const attach = program.attach.bind(program);
  const attaching = { system: guest.system, object: part.object, program, attach, check };
  try {
    const link = attachNamed(attaching, "");
    const destroy = () => {
      link[Symbol.dispose]();
      call.calls.giveLink();
      return 0;
    };
    return { ref: link.ref, destroy };
  } catch (error) {
    throw shown(call, error);
  }
}

/** For a refused path of the host, the guest gets only ENOENT. */
export function shown({ guest }: Call, error: unknown): unknown {
  if (!(error instanceof HiddenPath)) return error;
  guest.guard.report(error.reason);
  return new Refusal(WASI_ERRNO.ENOENT);
}

/** The link that libbpf returned; undefined for NULL. */
function heldLink({ calls }: Call, { value }: NativeOutcome): HeldLink | undefined {
  return typeof value === "object" ? { ref: value, destroy: () => calls.destroyLink(value) } : undefined;
}

function throwError(error: BpfError): never {
  throw error;
}

/** `bpf_map__attach_struct_ops`. Its link may use the descriptor of the map, so it ends with the object. */
export function attachStructOps(call: Call): number {
  const { ref, object } = call.map("map");
  const request: GateRequest = { kind: "struct_ops", map: object.describeMapOf(ref) };
  const held = call.calls.takeLink(request, (calls) => {
    const outcome = calls.call("bpf_map__attach_struct_ops", [ref]);
    return heldLink(call, outcome) ?? throwError(calls.error(operationOf(request), outcome.errno));
  });
  return addLink(call, held, object, { isStructOps: true });
}

/** Refuses to update any other link by a map: libbpf would write behind its struct. */
export function checkStructOpsLink(call: Call): void {
  if (!call.link("link").isStructOps) refuse("EINVAL");
}

/** `bpf_link__open`: a link that is pinned. */
export function openLink(call: Call): number {
  const args = argumentsOf(call, "bpf_link__open", { parameters: { path: PIN } });
  const held = call.calls.takeLink({ kind: "call", function: call.name }, (calls) => {
    const outcome = calls.call("bpf_link__open", args);
    if (outcome.value === undefined) throw new Refusal(libbpfErrno(outcome.errno));
    return heldLink(call, outcome);
  });
  return held === undefined ? refuse("EINVAL") : addLink(call, held, undefined);
}

/** Adds a link. @returns its handle. */
function addLink(
  { guest }: Call,
  held: HeldLink,
  object: GuestObject | undefined,
  options: { readonly isStructOps?: boolean } = {},
): number {
  const link = new GuestLink(guest, held, { object, ...options });
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
  const hostFd = call.calls.takeLink(requestOf(call, name, args), (calls) => {
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
