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
import type { ProgramUses } from "./uses.ts";

/** The programs, sorted by section and offset. */
export function readProgramUses(contents: ObjectContents): ProgramUses[] {
  const functions = readFunctions(contents);
  const hasStructOps = contents.elf.sections.some(({ name }) => isStructOps(name));
  // libbpf treats a function of `.text` as a program if the object has no other function.
  const isProgram = ({ section }: BpfFunction) => section.name !== ".text" || functions.length === 1;
  return functions.filter(isProgram).map((main) => programUses(main, hasStructOps));
}

function programUses(main: BpfFunction, hasStructOps: boolean): ProgramUses {
  const section = main.section.name;
  const isOptional = section.startsWith("?");
  const kind = kindOfSection(section);
  const helpers = new Set<number>();
  const kfuncs = new Set<string>();
  for (const one of reachedFrom(main)) {
    for (const helper of one.helpers) helpers.add(helper);
    for (const kfunc of one.kfuncs) kfuncs.add(kfunc);
  }
  return {
    name: main.name,
    section: isOptional ? section.slice(1) : section,
    type: kind?.type ?? ProgramType.UNSPEC,
    attachType: kind?.attachType,
    target: kind?.target,
    isSleepable: kind?.isSleepable ?? false,
    helpers: [...helpers].sort((a, b) => a - b),
    kfuncs: [...kfuncs].sort(),
    // libbpf loads a program of struct_ops whenever it creates a map that names it.
    autoload: !isOptional || (kind?.type === ProgramType.STRUCT_OPS && hasStructOps),
  };
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
