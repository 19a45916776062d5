/**
 * The least policy that a module needs, for `wasm-bpf inspect --policy`.
 *
 * It follows from the objects in the module's data and from its imports. A list of places has "*" where the guest chooses the place
 * when it runs.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import { type CausedEffect, causedEffects, typeEffect } from "../../host/core/policy/effects.ts";
import { ProgramType } from "../../object/bpf_numbers.ts";
import { isElf } from "../../object/elf/elf.ts";
import { findObjects } from "../../object/embedded_objects.ts";
import { helperName } from "../../object/helpers.ts";
import { mapTypeName } from "../../object/map_types.ts";
import { programTypeName } from "../../object/program_types.ts";
import { type MapUses, type ObjectUses, type ProgramUses, readUses } from "../../object/uses/uses.ts";
import { parseModule } from "../../wasm/module.ts";
import { needText, readNeeds } from "../../wasm/needs.ts";
import { PolicyDraft } from "./draft.ts";
import { addPlaces, type PlaceOptions, type ResolvePath } from "./places.ts";
import { attachesWithoutLink, listsOf, loadsOthers, OF_UNKNOWN_OBJECT, usesPins } from "./run_time_choices.ts";
import { policyText } from "./policy_text.ts";

/** The import by which a guest opens packet sockets. */
const OPENS_SOCKETS = "socket";

/** The facts about a module that its policy follows from. */
interface ModuleFacts {
  readonly objects: readonly ObjectUses[];
  /** The messages about damaged objects. */
  readonly damaged: readonly string[];
  /** The names of its imports, without their modules. */
  readonly imports: readonly string[];
  /** The files and directories that it records as its needs. */
  readonly directories: readonly string[];
}

/**
 * The text of the least policy for a module or an object, as a file for `--policy`.
 *
 * @param resolve finds real paths of executables on this machine.
 * @throws {FormatError} when the bytes are neither, or are damaged.
 */
export function leastPolicy(bytes: Uint8Array, resolve: ResolvePath): string {
  const facts = isElf(bytes)
    ? { objects: [readUses(bytes)], damaged: [], imports: [], directories: [] }
    : readModule(bytes);
  const draft = new PolicyDraft();
  const opensSockets = facts.imports.includes(OPENS_SOCKETS);
  for (const { programs, maps } of facts.objects) {
    for (const program of programs) addProgram(draft, program, { maps, resolve, opensSockets });
    for (const map of maps) addMap(draft, map);
  }
  addImports(draft, facts);
  return policyText(draft, {
    header: headerOf(facts),
    pin: draft.remarksOf("pin").length > 0,
    directories: facts.directories,
  });
}

function readModule(bytes: Uint8Array): ModuleFacts {
  const { data, imports } = parseModule(bytes);
  const objects: ObjectUses[] = [];
  const damaged: string[] = [];
  for (const { bytes } of findObjects(data)) {
    try {
      objects.push(readUses(bytes));
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      damaged.push(error.message);
    }
  }
  const directories = readNeeds(bytes).map(needText);
  return { objects, damaged, imports: [...new Set(imports.map(({ name }) => name))], directories };
}

function headerOf({ objects, damaged, imports }: ModuleFacts): string[] {
  const lines = ['The least policy, by the module\'s data and imports. Review it, and narrow each "*".'];
  if (objects.length === 0) {
    lines.push("There is no BPF object in the module's data: its programs and their effects are not visible.");
  }
  const loader = imports.find(loadsOthers);
  if (objects.length > 0 && loader !== undefined) {
    lines.push(`The guest can load other programs by ${loader}(), whose effects are not visible.`);
  }
  return [...lines, ...damaged.map((message) => `An object is damaged: ${message}`)];
}

function addProgram(
  draft: PolicyDraft,
  program: ProgramUses,
  { maps, ...places }: PlaceOptions & { maps: readonly MapUses[] },
): void {
  const { name, section, type, helpers, kfuncs } = program;
  if (type === ProgramType.UNSPEC) {
    draft.leaveOpen("programTypes", `the section "${section}" of "${name}" names no type`);
  } else {
    draft.add("programTypes", programTypeName(type));
  }
  for (const helper of helpers) draft.add("helpers", helperName(helper));
  for (const kfunc of kfuncs) draft.add("kfuncs", kfunc);
  for (const caused of causedEffects(program)) addEffect(draft, caused, { program, maps });
  addPlaces(draft, program, places);
}

function addEffect(
  draft: PolicyDraft,
  { effect, cause }: CausedEffect,
  { program, maps }: { program: ProgramUses; maps: readonly MapUses[] },
): void {
  switch (effect) {
    case "network":
      return addNetwork(draft, program);
    case "deny":
    case "override":
    case "signal":
    case "replace":
      return draft.permit(effect);
    case "write-user":
      return draft.permit("writeUser");
    case "struct-ops": {
      const names = maps.flatMap(({ structOps }) => structOps ?? []);
      for (const name of names) draft.add("structOps", name);
      if (names.length === 0) draft.leaveOpen("structOps", `no map names the struct of "${program.name}"`);
      return;
    }
    case "kernel-change":
    case "unknown":
      if (cause.kind === "helper") draft.add("allowHelpers", cause.name ?? String(cause.id));
      if (cause.kind === "kfunc") draft.add("allowKfuncs", cause.name);
  }
}

/** The network programs whose places have names. Policies without a list of places are for the others. */
const WITH_PLACES: ReadonlySet<number> = new Set([
  ProgramType.XDP,
  ProgramType.SCHED_CLS,
  ProgramType.CGROUP_SKB,
  ProgramType.CGROUP_SOCK,
  ProgramType.CGROUP_SOCK_ADDR,
  ProgramType.CGROUP_SOCKOPT,
  ProgramType.SOCK_OPS,
  ProgramType.SK_LOOKUP,
  ProgramType.FLOW_DISSECTOR,
  ProgramType.SK_MSG,
  ProgramType.SK_SKB,
]);

function addNetwork(draft: PolicyDraft, { name, type, attachType }: ProgramUses): void {
  if (typeEffect(type, attachType) === "network" && WITH_PLACES.has(type)) {
    draft.leaveOpen(
      "network",
      `"${name}" changes packets or connections at a place that the guest chooses when it runs`,
    );
  } else {
    draft.allowAll("network", `"${name}" changes packets or connections at a place without a name`);
  }
}

function addMap(draft: PolicyDraft, { name, type, isPinned }: MapUses): void {
  draft.add("mapTypes", mapTypeName(type));
  if (isPinned) draft.remark("pin", `map "${name}" is pinned`);
}

function addImports(draft: PolicyDraft, { objects, imports }: ModuleFacts): void {
  for (const name of imports) {
    for (const key of listsOf(name)) draft.leaveOpen(key, `the guest can choose it by ${name}()`);
    if (name === "perf_event_open") draft.permit("perfEvents");
    if (name === OPENS_SOCKETS) draft.permit("packetSockets");
    if (attachesWithoutLink(name)) {
      draft.permit("persist");
      draft.remark("persist", `attachments of ${name}() stay when the process is killed`);
    }
    if (usesPins(name)) draft.remark("pin", `the guest can pin by ${name}()`);
  }
  if (objects.length > 0) return;
  for (const key of OF_UNKNOWN_OBJECT) draft.leaveOpen(key, "the object is not visible");
}
