/**
 * Words for refusals: the effect of a program, and the least option that allows it.
 *
 * @module
 */

import { ProgramType } from "../../../object/bpf_numbers.ts";
import type { AttachPoint, LoadedMap, LoadedProgram } from "../requests.ts";
import type { Effect } from "./effect.ts";
import type { CausedEffect } from "./effects.ts";

/** The effects as the end of a sentence about a program. */
const EFFECT_WORDS: Readonly<Record<Effect, string>> = {
  "network": "changes network traffic",
  "deny": "can deny operations",
  "override": "changes results of kernel functions",
  "write-user": "writes to the memory of processes",
  "signal": "sends signals",
  "struct-ops": "replaces a part of the kernel",
  "replace": "replaces a function of another program",
  "kernel-change": "changes the machine",
};

/** `changes network traffic`, `sends signals (bpf_send_signal)`. */
export function effectText({ effect, cause }: CausedEffect): string {
  const call = cause.kind === "helper" ? cause.name ?? `helper ${cause.id}` : cause.kind === "kfunc" ? cause.name : "";
  if (effect !== "unknown") return `${EFFECT_WORDS[effect]}${call === "" ? "" : ` (${call})`}`;
  return call === "" ? "has a type whose effects are not known" : `calls ${call}, whose effects are not known`;
}

/** The option for each effect. */
const EFFECT_FLAGS: Readonly<Record<Exclude<Effect, "kernel-change">, string>> = {
  "network": "--allow-network",
  "deny": "--allow-deny",
  "override": "--allow-override",
  "write-user": "--allow-write-user",
  "signal": "--allow-signal",
  "struct-ops": "--allow-struct-ops",
  "replace": "--allow-replace",
};

/** The word for the place to which programs of a type are attached. Other network programs have a place without a name. */
const PLACES: ReadonlyMap<number, string> = new Map<number, string>([
  [ProgramType.XDP, "INTERFACE"],
  [ProgramType.SCHED_CLS, "INTERFACE"],
  [ProgramType.CGROUP_SKB, "CGROUP"],
  [ProgramType.CGROUP_SOCK, "CGROUP"],
  [ProgramType.CGROUP_SOCK_ADDR, "CGROUP"],
  [ProgramType.CGROUP_SOCKOPT, "CGROUP"],
  [ProgramType.SOCK_OPS, "CGROUP"],
  [ProgramType.SK_LOOKUP, "NAMESPACE"],
  [ProgramType.FLOW_DISSECTOR, "NAMESPACE"],
]);

/** A place as the end of a sentence, and as the value of an option. */
export function placeWords(point: AttachPoint): { text: string; option: string } {
  switch (point.kind) {
    case "interface":
      return point.name === undefined
        ? { text: "", option: "" }
        : { text: ` at interface ${point.name}`, option: `=${point.name}` };
    case "cgroup":
    case "namespace":
      return { text: ` at ${point.path}`, option: `=${point.path}` };
    default:
      return { text: "", option: "" };
  }
}

/** Advice that names the least option. */
export function flagFor({ effect, cause }: CausedEffect, program: LoadedProgram, maps: readonly LoadedMap[]): string {
  return `${optionFor({ effect, cause }, program, maps)} allows it`;
}

/** The least option that allows an effect. Words in capitals stand for a place. */
export function optionFor(
  { effect, cause }: CausedEffect,
  { type }: Pick<LoadedProgram, "type">,
  maps: readonly Pick<LoadedMap, "structOps">[],
): string {
  if (effect === "unknown" || effect === "kernel-change") {
    if (cause.kind === "helper") return `--allow-helper=${cause.name ?? cause.id}`;
    return cause.kind === "kfunc" ? `--allow-kfunc=${cause.name}` : "--allow-all";
  }
  const place = effect === "struct-ops" ? structOpsOf(maps) : effect === "network" ? PLACES.get(type) : undefined;
  return place === undefined ? EFFECT_FLAGS[effect] : `${EFFECT_FLAGS[effect]}=${place}`;
}

/** The kernel's structs of all struct_ops maps: "tcp_congestion_ops"; undefined if there is none. */
function structOpsOf(maps: readonly Pick<LoadedMap, "structOps">[]): string | undefined {
  const names = new Set(maps.flatMap(({ structOps }) => structOps ?? []));
  return names.size === 0 ? undefined : [...names].join(",");
}
