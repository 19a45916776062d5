/**
 * Probes the types of programs, maps and helpers of the running kernel.
 *
 * @module
 */

import type { KernelProbe } from "../../ffi/libbpf/probe.ts";
import { MapType, ProgramType } from "../../object/bpf_numbers.ts";
import { HELPER } from "../../object/helper_names.ts";

/** Names that the kernel has, and those that it lacks. */
export interface Availability {
  readonly available: readonly string[];
  readonly missing: readonly string[];
}

/** The types and helpers of libbpf, in bpftool's words. */
export interface KernelTypes {
  readonly programs: Availability;
  readonly maps: Availability;
  /** Those that programs of the available types can call. */
  readonly helpers: Availability;
}

/**
 * Probes all types and helpers.
 *
 * @param loaded types of programs that the kernel has loaded. libbpf's own probes find some only if fentry works.
 */
export function probeTypes(probe: KernelProbe, loaded: ReadonlySet<number>): KernelTypes {
  const types: number[] = [];
  const programs = split(ProgramType, (type) => {
    const isThere = loaded.has(type) || probe.hasProgramType(type);
    if (isThere) types.push(type);
    return isThere;
  });
  return {
    programs,
    maps: split(MapType, (type) => probe.hasMapType(type)),
    // A kernel without the helper is found out at once, because an old kernel lacks many and each type costs a probe.
    helpers: split(
      HELPER,
      (helper) => probe.knowsHelper(helper) && types.some((type) => probe.hasHelper(type, helper)),
    ),
  };
}

/** Splits the names of a table, without its first one, which stands for nothing. */
function split(table: Readonly<Record<string, number>>, isAvailable: (number: number) => boolean): Availability {
  const available: string[] = [];
  const missing: string[] = [];
  for (const [name, number] of Object.entries(table)) {
    if (number !== 0) (isAvailable(number) ? available : missing).push(name.toLowerCase());
  }
  return { available, missing };
}
