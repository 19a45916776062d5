/**
 * Reads from the bytes of an object everything that it would do if it were loaded.
 *
 * Everything that is present counts, even if the running kernel would leave it out: a branch that CO-RE removes, or a program that is
 * not loaded by default.
 *
 * @module
 */

import { CALL, immediate, INSTRUCTION_BYTES, PSEUDO_CALL, PSEUDO_KFUNC_CALL, sourceRegister } from "../instructions.ts";
import { type ObjectContents, validateObject } from "../validation/validate_object.ts";
import type { ObjectUses } from "./interfaces.ts";
import { readMapUses } from "./maps.ts";
import { readProgramUses } from "./programs.ts";

export type { MapUses, ObjectUses, ProgramUses } from "./interfaces.ts";

/** Options of {@link readUses}. */
export interface UsesOptions {
  /** The number of CPUs, which per-CPU maps have a value for. 1 by default. */
  readonly cpus?: number;
}

/**
 * Reads what an object would do.
 *
 * @throws {FormatError} when the object is damaged or malicious.
 */
export function readUses(bytes: Uint8Array, options: UsesOptions = {}): ObjectUses {
  return usesOf(validateObject(bytes).contents, options);
}

/** As {@link readUses}, for an object that was checked. @throws {FormatError} */
export function usesOf(contents: ObjectContents, { cpus = 1 }: UsesOptions = {}): ObjectUses {
  return { programs: readProgramUses(contents), maps: readMapUses(contents, cpus) };
}

/** The calls in the instructions of one program, for `bpf_prog_load`. */
export interface InstructionUses {
  /** The numbers of helpers, sorted. */
  readonly helpers: number[];
  /** The BTF ids of kernel functions, sorted. */
  readonly kfuncIds: number[];
}

/** Reads what instructions call. Those that no program reaches count too. */
export function readInstructionUses(instructions: Uint8Array): InstructionUses {
  const helpers = new Set<number>();
  const kfuncIds = new Set<number>();
  for (let at = 0; at + INSTRUCTION_BYTES <= instructions.length; at += INSTRUCTION_BYTES) {
    if (instructions[at] !== CALL) continue;
    const register = sourceRegister(instructions, at);
    if (register === PSEUDO_CALL) continue;
    (register === PSEUDO_KFUNC_CALL ? kfuncIds : helpers).add(immediate(instructions, at));
  }
  return {
    helpers: [...helpers].sort((a, b) => a - b),
    kfuncIds: [...kfuncIds].sort((a, b) => a - b),
  };
}
