/**
 * What an object would do if it were loaded, as its bytes tell: its programs with the helpers and kfuncs that they call, and its maps.
 *
 * Everything that is present counts, even if the running kernel would leave it out: a branch that CO-RE removes, or a program that is
 * not loaded by default.
 *
 * @module
 */

import { CALL, immediate, INSTRUCTION_BYTES, PSEUDO_CALL, PSEUDO_KFUNC_CALL, sourceRegister } from "../instructions.ts";
import { type ObjectContents, validateObject } from "../validation/validate_object.ts";
import { readMapUses } from "./maps.ts";
import { readProgramUses } from "./programs.ts";

/** What one object would do if it were loaded. */
export interface ObjectUses {
  /** Sorted by section and offset. */
  readonly programs: readonly ProgramUses[];
  readonly maps: readonly MapUses[];
}

/** What one program would do. */
export interface ProgramUses {
  readonly name: string;
  /** Its section without a leading `?`: "kprobe/do_unlinkat". */
  readonly section: string;
  /** A value of {@link ProgramType}; 0 if the section names none. */
  readonly type: number;
  /** A value of {@link AttachType}; undefined if the section leaves it open. */
  readonly attachType: number | undefined;
  /** The target in the section's name: "do_unlinkat", "sched/sched_switch". */
  readonly target: string | undefined;
  readonly isSleepable: boolean;
  /** The numbers of the helpers that the program and the functions it reaches call, sorted. */
  readonly helpers: readonly number[];
  /** The names of the kernel functions that they call, sorted. */
  readonly kfuncs: readonly string[];
  /** False if libbpf leaves the program out by default, because its section begins with `?`. */
  readonly autoload: boolean;
}

/** One map, as libbpf creates it. */
export interface MapUses {
  /** Its name; ".bss" and the like for global variables, "outer.inner" for the inner maps of "outer". */
  readonly name: string;
  /** A value of {@link MapType}. */
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** True if loading the object pins the map (LIBBPF_PIN_BY_NAME). */
  readonly isPinned: boolean;
  /** An estimate of the kernel memory that it takes when it is full. */
  readonly bytes: number;
  /** The name of the kernel's struct for a map of type struct_ops. */
  readonly structOps: string | undefined;
}

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

/** What the instructions of one program call, for `bpf_prog_load`. */
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
