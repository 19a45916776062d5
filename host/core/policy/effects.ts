/**
 * The effects of programs on the machine, by their type, their attach type, and the functions of the kernel that they call.
 *
 * A program without effects observes: it reads, and writes to its own maps. Calls are reviewed one by one against `linux/bpf.h`; a
 * test compares the tables with the pinned headers. Newer calls are unknown until somebody has reviewed them.
 *
 * @module
 */

import { AttachType, ProgramType } from "../../../object/bpf_numbers.ts";
import type { Effect } from "./effect.ts";
import { HELPER_EFFECTS, LAST_REVIEWED_HELPER } from "./helper_effects.ts";
import { kfuncEffect } from "./kfunc_effects.ts";

/** The facts about a program that decide about its effects. */
export interface ProgramFacts {
  /** A value of `ProgramType`. */
  readonly type: number;
  /** A value of `AttachType`; undefined if it is unknown. */
  readonly attachType: number | undefined;
  /** The numbers of the helpers that it calls. */
  readonly helpers: readonly number[];
  /** The names of the kfuncs that it calls. */
  readonly kfuncs: readonly string[];
}

/** The cause of an effect: the program's type, or a function that it calls. */
export type Cause =
  | { readonly kind: "type" }
  | { readonly kind: "helper"; readonly id: number; readonly name: string | undefined }
  | { readonly kind: "kfunc"; readonly name: string };

/** An effect with its cause. "unknown" stands for a type or a function that nobody has reviewed. */
export interface CausedEffect {
  readonly effect: Effect | "unknown";
  readonly cause: Cause;
}

/** The effects of each program type that do not depend on the attach type. */
const TYPE_EFFECTS: ReadonlyMap<number, Effect | undefined> = new Map<number, Effect | undefined>([
  // libbpf refuses to load programs of unknown types.
  [ProgramType.UNSPEC, undefined],
  // It filters what its own socket gets. A guest has only packet sockets.
  [ProgramType.SOCKET_FILTER, undefined],
  [ProgramType.KPROBE, undefined],
  [ProgramType.TRACEPOINT, undefined],
  [ProgramType.PERF_EVENT, undefined],
  [ProgramType.RAW_TRACEPOINT, undefined],
  // It writes to the arguments of the tracepoint, which the kernel uses afterwards.
  [ProgramType.RAW_TRACEPOINT_WRITABLE, "override"],
  [ProgramType.SYSCALL, undefined],
  // Decoded keys go through helpers.
  [ProgramType.LIRC_MODE2, undefined],
  [ProgramType.SCHED_CLS, "network"],
  [ProgramType.SCHED_ACT, "network"],
  [ProgramType.XDP, "network"],
  [ProgramType.CGROUP_SKB, "network"],
  [ProgramType.CGROUP_SOCK, "network"],
  [ProgramType.CGROUP_SOCK_ADDR, "network"],
  [ProgramType.CGROUP_SOCKOPT, "network"],
  [ProgramType.LWT_IN, "network"],
  [ProgramType.LWT_OUT, "network"],
  [ProgramType.LWT_XMIT, "network"],
  [ProgramType.LWT_SEG6LOCAL, "network"],
  [ProgramType.SOCK_OPS, "network"],
  [ProgramType.SK_SKB, "network"],
  [ProgramType.SK_MSG, "network"],
  [ProgramType.SK_REUSEPORT, "network"],
  [ProgramType.SK_LOOKUP, "network"],
  [ProgramType.FLOW_DISSECTOR, "network"],
  [ProgramType.NETFILTER, "network"],
  [ProgramType.CGROUP_DEVICE, "deny"],
  [ProgramType.CGROUP_SYSCTL, "deny"],
  [ProgramType.LSM, "deny"],
  [ProgramType.STRUCT_OPS, "struct-ops"],
  [ProgramType.EXT, "replace"],
]);

/** The attach types of type TRACING whose programs observe. The result of `fmod_ret` replaces that of the kernel's function. */
const OBSERVING_TRACING: ReadonlySet<number> = new Set([
  AttachType.TRACE_RAW_TP,
  AttachType.TRACE_FENTRY,
  AttachType.TRACE_FEXIT,
  AttachType.TRACE_ITER,
]);

/** The effect of a program's type. */
export function typeEffect(type: number, attachType: number | undefined): Effect | "unknown" | undefined {
  if (type === ProgramType.TRACING) {
    return attachType !== undefined && OBSERVING_TRACING.has(attachType) ? undefined : "deny";
  }
  return TYPE_EFFECTS.has(type) ? TYPE_EFFECTS.get(type) : "unknown";
}

/** The attach types of programs that observe, or that deny. All others belong to network programs. */
const OTHER_ATTACH_TYPES: ReadonlySet<number> = new Set([
  ...OBSERVING_TRACING,
  AttachType.MODIFY_RETURN,
  AttachType.LSM_MAC,
  AttachType.LSM_CGROUP,
  AttachType.CGROUP_DEVICE,
  AttachType.CGROUP_SYSCTL,
  AttachType.LIRC_MODE2,
  AttachType.PERF_EVENT,
  AttachType.STRUCT_OPS,
  AttachType.TRACE_KPROBE_MULTI,
  AttachType.TRACE_KPROBE_SESSION,
  AttachType.TRACE_UPROBE_MULTI,
]);

/** True for the attach types of network programs, and for unknown ones. */
export function isNetworkAttachType(attachType: number): boolean {
  return !OTHER_ATTACH_TYPES.has(attachType);
}

/** The effects of a program with their causes, those of its type first; empty if it observes. */
export function causedEffects({ type, attachType, helpers, kfuncs }: ProgramFacts): CausedEffect[] {
  const found: CausedEffect[] = [];
  const own = typeEffect(type, attachType);
  if (own !== undefined) found.push({ effect: own, cause: { kind: "type" } });
  for (const id of helpers) {
    const row = HELPER_EFFECTS.get(id);
    const effect = id > LAST_REVIEWED_HELPER || id < 0 ? "unknown" : row?.effect;
    if (effect !== undefined) found.push({ effect, cause: { kind: "helper", id, name: row?.name } });
  }
  for (const name of kfuncs) {
    const effect = kfuncEffect(name);
    if (effect !== undefined) found.push({ effect, cause: { kind: "kfunc", name } });
  }
  return found;
}
