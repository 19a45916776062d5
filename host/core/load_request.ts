/**
 * The requests to load the programs and maps of an object.
 *
 * @module
 */

import type { Operation } from "../../errors/mod.ts";
import type { BpfObject, BpfProgram } from "../../ffi/mod.ts";
import { AttachType, MAP_FLAG, MapType, ProgramType } from "../../object/bpf_numbers.ts";
import { mapBytes } from "../../object/uses/map_bytes.ts";
import type { MapUses, ObjectUses, ProgramUses } from "../../object/uses/uses.ts";
import type { AttachPoint, LoadedMap, LoadedProgram, LoadRequest, ProgramDescription } from "./requests.ts";

/** The request to load an object as its bytes describe it, before libbpf gets it. */
export function loadRequest(objectName: string, { programs, maps }: ObjectUses): LoadRequest {
  return {
    kind: "load",
    operation: loadOperation(objectName),
    programs: programs.filter(({ autoload }) => autoload).map((uses) => loadedProgram(descriptionOf(uses), [uses])),
    maps: maps.map(loadedMap),
  };
}

/**
 * The request to load an object as libbpf is about to do it. A guest of version 2 can leave out programs and maps of an opened object, and
 * change the types of programs.
 *
 * @param options.targets the functions that it gave programs as targets in place of their sections'.
 */
export function liveLoadRequest(
  object: BpfObject,
  uses: ObjectUses,
  { targets, cpus }: { targets: ReadonlyMap<BpfProgram, string>; cpus: number },
): LoadRequest {
  const maps = object.maps().filter(({ autocreate }) => autocreate);
  const createsStructOps = maps.some(({ type }) => type === MapType.STRUCT_OPS);
  // libbpf loads programs of struct_ops that a created map names, even if they are not to be loaded.
  const isLoaded = ({ autoload, type }: BpfProgram) =>
    autoload || (createsStructOps && type === ProgramType.STRUCT_OPS);
  const programs = object.programs().filter(isLoaded).map((program) =>
    loadedProgram(program, uses.programs.filter((one) => isSame(one, program)), targets.get(program))
  );
  return {
    kind: "load",
    operation: loadOperation(object.name),
    programs,
    maps: maps.map((map) => ({
      name: map.name,
      type: map.type,
      structOps: structOpsOf(uses, map.name),
      stays: staysInKernel(map),
      bytes: mapBytes(map, cpus),
    })),
  };
}

/** The kernel's struct of a map; undefined if a hostile object has several maps of this name. */
function structOpsOf({ maps }: ObjectUses, wanted: string): string | undefined {
  const [first, ...others] = maps.filter(({ name }) => name === wanted);
  return others.length === 0 ? first?.structOps : undefined;
}

function loadOperation(objectName: string): Operation {
  return { operation: "load", kind: "object", subject: objectName };
}

function descriptionOf({ name, section, type, attachType = 0 }: ProgramUses): ProgramDescription {
  return { name, sectionName: section, type, expectedAttachType: attachType };
}

function isSame(uses: ProgramUses, { name, sectionName }: ProgramDescription): boolean {
  return uses.name === name && uses.section === sectionName;
}

/** @param uses all programs of the object that have its name and section: a hostile object can have several. */
function loadedProgram(
  program: ProgramDescription,
  uses: readonly ProgramUses[],
  target = uses[0]?.target,
): LoadedProgram {
  const { name, sectionName, type, expectedAttachType } = program;
  return {
    name,
    sectionName,
    type,
    expectedAttachType,
    helpers: uses.length === 0 ? undefined : [...new Set(uses.flatMap(({ helpers }) => helpers))],
    kfuncs: [...new Set(uses.flatMap(({ kfuncs }) => kfuncs))],
    boundTo: boundTo(program, target),
  };
}

/** The attach types of programs that loading binds to a function of the kernel. */
const ON_FUNCTION: ReadonlySet<number> = new Set([
  AttachType.TRACE_FENTRY,
  AttachType.TRACE_FEXIT,
  AttachType.MODIFY_RETURN,
  AttachType.LSM_MAC,
  AttachType.LSM_CGROUP,
]);

function boundTo(
  { type, expectedAttachType }: ProgramDescription,
  target: string | undefined,
): AttachPoint | undefined {
  if (target === undefined || (type !== ProgramType.TRACING && type !== ProgramType.LSM)) return undefined;
  const name = withoutModule(target);
  if (expectedAttachType === AttachType.TRACE_RAW_TP) return { kind: "tracepoint", name };
  return ON_FUNCTION.has(expectedAttachType) ? { kind: "function", name } : undefined;
}

/** The name of a function without the module before it. "vmlinux:do_exit", "v:do_exit" and ":do_exit" are do_exit for libbpf. */
function withoutModule(target: string): string {
  return target.slice(target.indexOf(":") + 1);
}

/** True for a struct_ops map that no link ties to this process. */
export function staysInKernel({ type, flags }: { type: number; flags: number }): boolean {
  return type === MapType.STRUCT_OPS && (flags & MAP_FLAG.BPF_F_LINK) === 0;
}

/** Opening the object ties its struct_ops maps to this process. */
function loadedMap({ name, type, structOps, bytes }: MapUses): LoadedMap {
  return { name, type, structOps, bytes, stays: false };
}
