/**
 * Reads the programs of an object, with the helpers and the kernel functions that each can call.
 *
 * @module
 */

import { ProgramType } from "../bpf_numbers.ts";
import { isStructOps } from "../elf/sections.ts";
import { kindOfSection } from "../program_types.ts";
import type { ObjectContents } from "../validation/validate_object.ts";
import { type BpfFunction, readFunctions } from "./functions.ts";
import type { ProgramUses } from "./interfaces.ts";

/** The numbers of helpers and the names of kernel functions that a function can call. */
type Calls = Pick<BpfFunction, "helpers" | "kfuncs">;

/** The programs, sorted by section and offset. */
export function readProgramUses(contents: ObjectContents): ProgramUses[] {
  const functions = readFunctions(contents);
  const hasStructOps = contents.elf.sections.some(({ name }) => isStructOps(name));
  const cache = new Map<BpfFunction, Calls>();
  // libbpf treats a function of `.text` as a program if the object has no other function.
  const isProgram = ({ section }: BpfFunction) => section.name !== ".text" || functions.length === 1;
  return functions.filter(isProgram).map((main) =>
    programUses(main, { calls: callsOfProgram(main, cache), hasStructOps })
  );
}

function programUses(
  { name, section }: BpfFunction,
  { calls, hasStructOps }: { calls: Calls; hasStructOps: boolean },
): ProgramUses {
  const isOptional = section.name.startsWith("?");
  const kind = kindOfSection(section.name);
  return {
    name,
    section: isOptional ? section.name.slice(1) : section.name,
    type: kind?.type ?? ProgramType.UNSPEC,
    attachType: kind?.attachType,
    target: kind?.target,
    isSleepable: kind?.isSleepable ?? false,
    helpers: [...calls.helpers].sort((a, b) => a - b),
    kfuncs: [...calls.kfuncs].sort(),
    // libbpf loads a program of struct_ops whenever it creates a map that names it.
    autoload: !isOptional || (kind?.type === ProgramType.STRUCT_OPS && hasStructOps),
  };
}

/** The calls of a program. Those of the functions that it calls are cached, since many programs can share a long chain of functions. */
function callsOfProgram(main: BpfFunction, cache: Map<BpfFunction, Calls>): Calls {
  const parts: Calls[] = [main];
  for (const callee of main.callees) {
    const calls = cache.get(callee) ?? union(reachedFrom(callee));
    cache.set(callee, calls);
    parts.push(calls);
  }
  return union(parts);
}

function union(parts: Iterable<Calls>): Calls {
  const helpers = new Set<number>();
  const kfuncs = new Set<string>();
  for (const part of parts) {
    for (const helper of part.helpers) helpers.add(helper);
    for (const kfunc of part.kfuncs) kfuncs.add(kfunc);
  }
  return { helpers, kfuncs };
}

/** The function, and all functions that it calls or passes as callbacks, directly or not. */
function reachedFrom(main: BpfFunction): Set<BpfFunction> {
  const reached = new Set([main]);
  // The iteration includes elements that are added meanwhile.
  for (const { callees } of reached) {
    for (const callee of callees) reached.add(callee);
  }
  return reached;
}
