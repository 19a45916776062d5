/**
 * Decides about the requests of a guest by its policy.
 *
 * @module
 */

import { MapType } from "../../../object/bpf_numbers.ts";
import { helperName } from "../../../object/helpers.ts";
import { mapTypeName } from "../../../object/map_types.ts";
import { programTypeName } from "../../../object/program_types.ts";
import type {
  AttachPoint,
  GateRequest,
  LoadedMap,
  LoadedProgram,
  PolicyRefusal,
  ProgramDescription,
} from "../requests.ts";
import { type CausedEffect, causedEffects, typeEffect } from "./effects.ts";
import type { GuestPolicy } from "./guest_policy.ts";
import { type AllowList, allowsName, allowsPattern } from "./patterns.ts";
import { effectText, flagFor, placeWords } from "./refusal_text.ts";

/** The refusal of `request`; undefined if `policy` allows it. */
export function decide(policy: GuestPolicy, request: GateRequest): PolicyRefusal | undefined {
  switch (request.kind) {
    case "load":
      return firstOf(request.programs, (program) => decideProgram(policy, program, request.maps)) ??
        firstOf(request.maps, (map) => decideMap(policy, map));
    case "attach":
      return decideAttachment(policy, { ...request, isNetwork: isNetworkProgram(request.program) });
    case "call":
      return decideAttachment(policy, request);
    case "perf_event":
      return decidePerfEvent(policy, request.type);
    case "socket":
      return policy.packetSockets ? undefined : { reason: "the policy allows no packet sockets" };
    default:
      return undefined;
  }
}

/** PERF_TYPE_TRACEPOINT: the event is a tracepoint, by a number. */
const TRACEPOINT = 2;

function decidePerfEvent({ perfEvents, tracepoints }: GuestPolicy, type: number): PolicyRefusal | undefined {
  if (!perfEvents) return { reason: "the policy allows no perf events" };
  // A program on the event would be on the tracepoint, whose name is not known here.
  if (type !== TRACEPOINT || allowsPattern(tracepoints, "*")) return undefined;
  return { reason: "the policy allows no perf events of tracepoints" };
}

function isNetworkProgram({ type, expectedAttachType }: ProgramDescription): boolean {
  return typeEffect(type, expectedAttachType) === "network";
}

/** An attachment. `point` is its place, as far as the host has found it. */
interface Attachment {
  readonly point?: AttachPoint | undefined;
  readonly isNetwork?: boolean;
  readonly stays?: boolean | undefined;
}

/** Decides about an attachment. The refusal names every option that is missing. */
function decideAttachment(
  policy: GuestPolicy,
  { point, isNetwork = false, stays = false }: Attachment,
): PolicyRefusal | undefined {
  const reasons: string[] = [];
  const options: string[] = [];
  if (point !== undefined && isNetwork && !allowsNetworkAt(policy.network, point)) {
    const { text, option } = placeWords(point);
    reasons.push(`changes network traffic${text}`);
    options.push(`--allow-network${option}`);
  }
  if (stays && !policy.persist) {
    reasons.push("stays when the process is killed");
    options.push("--allow-persist");
  }
  if (reasons.length > 0) return { reason: `it ${reasons.join(" and ")}`, hint: `${options.join(" ")} allows it` };
  const refused = point && pointOutside(policy, point);
  return refused === undefined ? undefined : { reason: `the policy does not allow ${refused}` };
}

function allowsNetworkAt(network: AllowList, point: AttachPoint): boolean {
  switch (point.kind) {
    case "interface":
      return network === true || (point.name !== undefined && allowsName(network, point.name));
    case "cgroup":
    case "namespace":
      return allowsName(network, point.path);
    case "sockmap":
      // The sockets in it come from programs that were attached elsewhere.
      return hasSome(network);
    default:
      return network === true;
  }
}

function firstOf<T>(
  items: readonly T[],
  decideOne: (item: T) => PolicyRefusal | undefined,
): PolicyRefusal | undefined {
  for (const item of items) {
    const refusal = decideOne(item);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function decideProgram(
  policy: GuestPolicy,
  program: LoadedProgram,
  maps: readonly LoadedMap[],
): PolicyRefusal | undefined {
  if (isUnlimited(policy)) return undefined;
  if (policy.programTypes !== true && !allowsName(policy.programTypes, programTypeName(program.type))) {
    return { reason: `${named(program)} has type ${programTypeName(program.type)}, which the policy does not allow` };
  }
  const { helpers, kfuncs, boundTo } = program;
  if (helpers === undefined) {
    return { reason: `the instructions of ${named(program)} are not known`, hint: ALLOW_ALL_HINT };
  }
  const known = kfuncs.filter((name) => name !== undefined);
  if (known.length < kfuncs.length) {
    return { reason: `${named(program)} calls a function of the kernel by its number`, hint: ALLOW_ALL_HINT };
  }
  const facts = { type: program.type, attachType: program.expectedAttachType, helpers, kfuncs: known };
  const refused = causedEffects(facts).find((effect) => !permits(policy, effect, program));
  if (refused !== undefined) {
    return { reason: `${named(program)} ${effectText(refused)}`, hint: flagFor(refused, program, maps) };
  }
  return decideCalls(policy, program, facts) ?? (boundTo && decidePoint(policy, program, boundTo));
}

/** `program "pass" (xdp)`. */
function named({ name, sectionName, type }: LoadedProgram): string {
  return `program "${name}" (${sectionName || programTypeName(type)})`;
}

const ALLOW_ALL_HINT = "--allow-all allows it";

/** True for a policy under which programs need no look at all. */
function isUnlimited(policy: GuestPolicy): boolean {
  return policy.allowHelpers === true && policy.allowKfuncs === true && policy.network === true && policy.deny &&
    policy.override && policy.writeUser && policy.signal && policy.structOps === true && policy.replace &&
    policy.programTypes === true && policy.helpers === true && policy.kfuncs === true && policy.functions === true;
}

/** True if the policy permits an effect of a program, or the very call that causes it. */
function permits(policy: GuestPolicy, { effect, cause }: CausedEffect, program: LoadedProgram): boolean {
  if (cause.kind === "helper" && allowsName(policy.allowHelpers, cause.name ?? String(cause.id))) return true;
  if (cause.kind === "kfunc" && allowsName(policy.allowKfuncs, cause.name)) return true;
  switch (effect) {
    case "network":
      return permitsNetwork(policy.network, program);
    case "struct-ops":
      return hasSome(policy.structOps);
    case "deny":
      return policy.deny;
    case "override":
      return policy.override;
    case "write-user":
      return policy.writeUser;
    case "signal":
      return policy.signal;
    case "replace":
      return policy.replace;
    case "kernel-change":
    case "unknown":
      return false;
  }
}

/** A list has places of attachment. Only programs whose type has this effect are bound to one; others act anywhere. */
function permitsNetwork(network: AllowList, { type, expectedAttachType }: LoadedProgram): boolean {
  return network === true || (network.length > 0 && typeEffect(type, expectedAttachType) === "network");
}

function hasSome(list: AllowList): boolean {
  return list === true || list.length > 0;
}

/** Checks the lists of calls. */
function decideCalls(
  policy: GuestPolicy,
  program: LoadedProgram,
  { helpers, kfuncs }: { helpers: readonly number[]; kfuncs: readonly string[] },
): PolicyRefusal | undefined {
  const names = policy.helpers === true ? [] : helpers.map(helperName);
  const refused = names.find((name) => !allowsName(policy.helpers, name)) ??
    kfuncs.find((name) => !allowsName(policy.kfuncs, name));
  return refused === undefined
    ? undefined
    : { reason: `${named(program)} calls ${refused}, which the policy does not allow` };
}

/** Checks the lists of places. */
function decidePoint(policy: GuestPolicy, program: LoadedProgram, point: AttachPoint): PolicyRefusal | undefined {
  const refused = pointOutside(policy, point);
  return refused === undefined
    ? undefined
    : { reason: `${named(program)} attaches to ${refused}, which the policy does not allow` };
}

/** The place in words if the lists do not allow it. */
function pointOutside(policy: GuestPolicy, point: AttachPoint): string | undefined {
  switch (point.kind) {
    case "function": {
      return allowsFunction(policy.functions, point) ? undefined : point.name;
    }
    case "tracepoint":
      // "*" stands for a tracepoint whose name is not known.
      return allowsPattern(policy.tracepoints, point.name) ? undefined : `tracepoint ${point.name}`;
    case "interface":
      return allowsName(policy.interfaces, point.name ?? "") ? undefined : `interface ${point.name ?? ""}`;
    case "binary":
      return allowsName(policy.binaries, point.path) ? undefined : point.path;
    case "cgroup":
      return allowsName(policy.cgroups, point.path) ? undefined : point.path;
    case "namespace":
    case "netfilter":
    case "sockmap":
    case "other":
      return undefined;
  }
}

/** Decides about a function's name, which may have a module before it: the kernel finds the same function without it. */
function allowsFunction(
  functions: AllowList,
  { name, isPattern = false }: { name: string; isPattern?: boolean },
): boolean {
  // An offset can lead into any other function.
  if (name.includes("+")) return allowsPattern(functions, "*");
  const plain = name.slice(name.indexOf(":") + 1);
  return isPattern ? allowsPattern(functions, plain) : allowsName(functions, plain);
}

function decideMap(policy: GuestPolicy, { name, type, structOps, stays }: LoadedMap): PolicyRefusal | undefined {
  if (policy.mapTypes !== true && !allowsName(policy.mapTypes, mapTypeName(type))) {
    return { reason: `map "${name}" has type ${mapTypeName(type)}, which the policy does not allow` };
  }
  if (stays && !policy.persist) {
    return { reason: `map "${name}" would stay in the kernel after this process`, hint: "--allow-persist allows it" };
  }
  if (type !== MapType.STRUCT_OPS || policy.structOps === true) return undefined;
  if (structOps !== undefined && allowsName(policy.structOps, structOps)) return undefined;
  return {
    reason: `map "${name}" replaces a part of the kernel`,
    hint: `--allow-struct-ops${structOps === undefined ? "" : `=${structOps}`} allows it`,
  };
}
