/**
 * Finds the reasons why libbpf would refuse to open or load an object, by libbpf's own rules. `validation/` checks for damage.
 * Nothing here predicts the kernel's verdict on a program.
 *
 * @module
 */

import type { Btf } from "../btf/btf.ts";
import { type ElfFile, type ElfSymbol, SYMBOL_BIND, SYMBOL_TYPE } from "../elf/elf.ts";
import { externRefusals, isExtern } from "./externs.ts";
import { mapRefusals } from "./maps.ts";
import type { BpfObjectInfo } from "../object.ts";
import type { TypeId } from "../btf/types.ts";
import { relocationRefusals } from "./relocations.ts";
import { isCode } from "../elf/sections.ts";

/** The reasons, in the order of libbpf's steps; empty when libbpf would accept the object. */
export function findRefusals(object: BpfObjectInfo): string[] {
  const { elf, btf } = object;
  return [
    ...sectionRefusals(elf),
    ...staticPrograms(elf),
    ...missingTypes(elf, btf),
    ...(btf === undefined ? [] : [
      ...externRefusals(elf, btf),
      ...variableRefusals(elf, btf),
      ...mapRefusals(elf, btf),
    ]),
    ...relocationRefusals(elf, btf),
    ...programRefusals(object),
  ];
}

function* sectionRefusals({ sections }: ElfFile): Generator<string> {
  for (const { name, sizeBytes, bytes } of sections) {
    if (name === "license" && bytes.length === 0) yield `section "license" is empty`;
    if (name === "version" && sizeBytes !== 4) yield `section "version" has ${sizeBytes} bytes instead of 4`;
  }
}

/** A program must have a global symbol, by which libbpf finds it. Static functions are allowed in `.text`, as subprograms. */
function* staticPrograms({ sections, symbols }: ElfFile): Generator<string> {
  for (const { name, type, bind, section: index } of symbols) {
    const section = sections[index];
    if (section === undefined || type !== SYMBOL_TYPE.FUNC || bind !== SYMBOL_BIND.LOCAL) continue;
    if (isCode(section) && section.name !== ".text") yield `program "${name}" of section "${section.name}" is static`;
  }
}

function* missingTypes({ symbols }: ElfFile, btf: Btf | undefined): Generator<string> {
  if (btf !== undefined) return;
  const extern = symbols.find(isExtern);
  if (extern !== undefined) yield `extern "${extern.name}" needs BTF: compile with -g`;
}

/** libbpf takes the offsets of global variables from their symbols. */
function* variableRefusals(elf: ElfFile, btf: Btf): Generator<string> {
  const variables = new Set(elf.symbols.filter(isGlobalVariable).map(({ name }) => name));
  for (const type of btf.types) {
    if (type.kind !== "datasec" || type.name === ".kconfig" || type.name === ".ksyms") continue;
    const section = elf.sections.find(({ name }) => name === type.name);
    const externsOnly = type.variables.every((entry) => isExternVariable(btf, entry.type));
    if (!externsOnly && type.sizeBytes === 0 && (section === undefined || section.sizeBytes === 0)) {
      yield `its types describe section "${type.name}", which ${
        section === undefined ? "it does not have" : "is empty"
      }`;
    }
    for (const entry of type.variables) {
      const variable = btf.get(entry.type);
      if (variable.kind !== "var" || variable.linkage !== "global" || variables.has(variable.name)) continue;
      yield `variable "${variable.name}" of section "${type.name}" has no symbol`;
    }
  }
}

function isExternVariable(btf: Btf, id: TypeId): boolean {
  const variable = btf.get(id);
  return variable.kind === "var" && variable.linkage === "extern";
}

function isGlobalVariable({ type, bind }: ElfSymbol): boolean {
  return type === SYMBOL_TYPE.OBJECT && bind !== SYMBOL_BIND.LOCAL;
}

/** libbpf refuses at load a program whose section names no program type. */
function* programRefusals({ programs }: BpfObjectInfo): Generator<string> {
  for (const { name, section, type, autoload } of programs) {
    if (autoload && type === undefined) yield `program "${name}" has no type: section "${section}" names none`;
  }
}
