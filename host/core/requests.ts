/**
 * Requests of a guest that would reach libbpf, and the policy that allows or refuses them.
 *
 * @module
 */

import { openOperation, type Operation } from "../../errors/mod.ts";
import type { BpfMap, BpfProgram } from "../../ffi/mod.ts";
import { openBufferOperation } from "./event_buffers.ts";

/** The properties of a program that a request is decided by. */
export type ProgramDescription = Pick<BpfProgram, "name" | "sectionName" | "type" | "expectedAttachType">;

/** A program that is to be loaded into the kernel. */
export interface LoadedProgram extends ProgramDescription {
  /** The numbers of the helpers that it calls; undefined if the host has not read its instructions. */
  readonly helpers: readonly number[] | undefined;
  /** The names of the kfuncs that it calls; undefined for one that it calls by number. */
  readonly kfuncs: readonly (string | undefined)[];
  /** The place that loading binds it to; undefined if it is bound when it is attached. */
  readonly boundTo: AttachPoint | undefined;
}

/** A place that programs are attached to, as far as policies name it. */
export type AttachPoint =
  /** A function of the kernel, or a hook of LSM. `isPattern`: the functions whose names match. */
  | { readonly kind: "function"; readonly name: string; readonly isPattern?: boolean }
  /** "sched/sched_switch", or "sched_switch" for raw tracepoints. */
  | { readonly kind: "tracepoint"; readonly name: string }
  /** An interface by its name; undefined for one that does not exist. */
  | { readonly kind: "interface"; readonly name: string | undefined }
  /** An executable or library, a cgroup, or a network namespace, by its real path. */
  | { readonly kind: "binary" | "cgroup" | "namespace"; readonly path: string }
  /** A place without a name of its own. */
  | { readonly kind: "netfilter" | "sockmap" | "other" };

/** A map that is to be created. */
export interface LoadedMap {
  readonly name: string;
  readonly type: number;
  /** The kernel's struct of a struct_ops map; undefined if it is unknown. */
  readonly structOps: string | undefined;
  /** True if it would stay in the kernel when the process is killed. */
  readonly stays: boolean;
  /** An estimate of the kernel memory that it takes when it is full. */
  readonly bytes: number;
}

/** The request to load programs and create maps: those of an object, or of a call. */
export interface LoadRequest {
  readonly kind: "load";
  readonly operation: Operation;
  readonly programs: readonly LoadedProgram[];
  readonly maps: readonly LoadedMap[];
}

/** The properties of a map that a request is decided by. */
export type MapDescription = Pick<
  BpfMap,
  "name" | "type" | "keySize" | "valueSize" | "maxEntries" | "flags" | "fd"
>;

/** The place at which a program is to be attached. */
export type AttachPlace =
  /** The place that the program's section names. */
  | { readonly kind: "section" }
  /** A place as the guest wrote it, before it is parsed: "eth0:generic". */
  | { readonly kind: "text"; readonly text: string }
  /** A directory that the guest has open, by the host's descriptor. */
  | { readonly kind: "directory"; readonly hostFd: number }
  /** The target of a function of libbpf: its strings and numbers. */
  | { readonly kind: "call"; readonly function: string; readonly target: string };

/** The ways to use elements of a map. Deleting is writing. */
export type MapAccess = "read" | "write";

/** One request. */
export type GateRequest =
  /** Open an object. */
  | { readonly kind: "open"; readonly object: string; readonly sizeBytes: number }
  | LoadRequest
  /** Pin a map of an object in a directory of the host. */
  | { readonly kind: "pin"; readonly object: string; readonly map: string; readonly directory: string }
  /** Attach a program. `point` is the place once the host has found it. */
  | {
    readonly kind: "attach";
    readonly program: ProgramDescription;
    readonly place: AttachPlace;
    readonly point?: AttachPoint | undefined;
    /** True if the attachment stays when the process is killed. */
    readonly stays?: boolean | undefined;
  }
  /** Attach a map of type struct_ops. */
  | { readonly kind: "struct_ops"; readonly map: MapDescription }
  /** Get a number for a map. */
  | { readonly kind: "map"; readonly map: MapDescription }
  /** Use elements of a map. */
  | { readonly kind: "element"; readonly map: MapDescription; readonly access: MapAccess }
  /** Open the buffer of events of a map. */
  | { readonly kind: "buffer"; readonly map: MapDescription }
  /** Share the memory of a map. A map whose elements the policy restricts is refused before. */
  | { readonly kind: "share"; readonly map: MapDescription }
  /**
   * Call a function of libbpf that no other request covers. `point` is the place that it changes, and `isNetwork` is true if network
   * programs are there.
   * `stays` is true if it makes an attachment that stays when the process is killed.
   */
  | {
    readonly kind: "call";
    readonly function: string;
    readonly point?: AttachPoint | undefined;
    readonly isNetwork?: boolean;
    readonly stays?: boolean;
  }
  /** Get facts about the machine from libbpf. */
  | { readonly kind: "query"; readonly fact: "possible CPUs" }
  /** Open a perf event (`enum perf_type_id`) for a process and a CPU, -1 for all. */
  | { readonly kind: "perf_event"; readonly type: number; readonly pid: number; readonly cpu: number }
  /** Open a packet socket. */
  | { readonly kind: "socket"; readonly domain: number; readonly type: number; readonly protocol: number };

/** A kind of request. */
export type RequestKind = GateRequest["kind"];

/** The reason to refuse a request, and the option that would allow it. */
export interface PolicyRefusal {
  readonly reason: string;
  readonly hint?: string | undefined;
}

/** A policy of one guest. */
export interface Policy {
  /**
   * Returns the reason to refuse `request`, in words for the user, with or without advice; undefined allows it.
   *
   * A request for elements is decided when the guest gets its number for the map. If the policy then allows every access, later calls skip
   * the policy, because they no longer enter JavaScript. Otherwise each call is a request.
   */
  refusal(request: GateRequest): PolicyRefusal | string | undefined;
}

/** A policy without rules, for tests. */
export const ALLOW_EVERYTHING: Policy = { refusal: () => undefined };

/** The operation of a request, for errors. */
export function operationOf(request: GateRequest): Operation {
  switch (request.kind) {
    case "open":
    case "pin":
      return openOperation(request.object);
    case "load":
      return request.operation;
    case "attach":
      return attachOperation("program", request.program.name);
    case "struct_ops":
      return attachOperation("map", request.map.name);
    case "map":
      return { operation: "use", kind: "map", subject: request.map.name };
    case "element":
      return { operation: request.access, kind: "map", subject: request.map.name };
    case "buffer":
      return openBufferOperation(request.map.name);
    case "share":
      return { operation: "share", kind: "map", subject: request.map.name };
    case "call":
      return { operation: "call", kind: "library", words: `${request.function}()` };
    case "query":
      return { operation: "count", kind: "system", words: "CPUs" };
    case "perf_event":
      return { operation: "open", kind: "system", words: "a perf event" };
    case "socket":
      return { operation: "open", kind: "system", words: "a packet socket" };
  }
}

function attachOperation(kind: "program" | "map", name: string): Operation {
  return { operation: "attach", kind, subject: name, words: `"${name}"` };
}
