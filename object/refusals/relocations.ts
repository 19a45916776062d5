/**
 * Reasons why libbpf would refuse the relocations of an object's programs.
 *
 * @module
 */

import type { Btf } from "../btf/btf.ts";
import { type ElfFile, type ElfSection, type ElfSymbol, SECTION_TYPE, SYMBOL_BIND, SYMBOL_TYPE } from "../elf/elf.ts";
import { isExtern } from "./externs.ts";
import { functionsBySection, isCode, relocationsOf } from "../elf/sections.ts";
import { CALL, LOAD_64, PSEUDO_CALL, sourceRegister } from "../instructions.ts";

/** Sections whose variables a program may name. */
const DATA = /^\.(data|rodata|bss)(\.|$)|^\.addr_space\.1$/;

/** The reasons, one for each relocation that libbpf refuses. */
export function* relocationRefusals(elf: ElfFile, btf: Btf | undefined): Generator<string> {
  const functions = functionsBySection(elf);
  const maps = mapOffsets(elf, btf);
  for (const section of elf.sections) {
    const target = elf.sections[section.info];
    if (section.type !== SECTION_TYPE.REL || target === undefined || !isCode(target)) continue;
    for (const { offset, symbol: index } of relocationsOf(section)) {
      const symbol = elf.symbols[index];
      const program = functions.get(target.index)
        ?.find(({ value, sizeBytes }) => offset >= value && offset < value + sizeBytes);
      if (symbol === undefined || program === undefined) continue;
      const refusal = refusalOf(elf, target, offset, symbol, maps);
      if (refusal !== undefined) yield `program "${program.name}" ${refusal}`;
    }
  }
}

function refusalOf(
  elf: ElfFile,
  { bytes }: ElfSection,
  offset: number,
  symbol: ElfSymbol,
  maps: ReadonlySet<number>,
): string | undefined {
  const code = bytes[offset];
  const section = elf.sections[symbol.section];
  const name = symbol.name || section?.name || "a symbol";
  if (code !== LOAD_64 && code !== CALL) return `names "${name}" in an instruction that cannot name anything`;
  if (isExtern(symbol)) return undefined;
  if (section === undefined || section.index === 0) return `names "${name}", which has no definition`;
  if (code === CALL) {
    if (sourceRegister(bytes, offset) !== PSEUDO_CALL) return `calls "${name}" by an instruction that calls helpers`;
    return section.name === ".text"
      ? undefined
      : `calls "${name}" of section "${section.name}": subprograms are in .text`;
  }
  if (section.name === ".text" && isSubprogram(symbol)) return undefined;
  if (section.name === ".maps") {
    return maps.has(symbol.value) ? undefined : `names "${name}" of section ".maps", which is not a map`;
  }
  return isData(section)
    ? undefined
    : `names "${name}" of section "${section.name}", which holds no maps and no variables`;
}

function isData({ name, type }: ElfSection): boolean {
  if (!DATA.test(name)) return false;
  return type === (name.startsWith(".bss") ? SECTION_TYPE.NOBITS : SECTION_TYPE.PROGBITS);
}

function isSubprogram({ type, bind }: ElfSymbol): boolean {
  return bind === SYMBOL_BIND.LOCAL ? type === SYMBOL_TYPE.SECTION : type === SYMBOL_TYPE.FUNC;
}

/** The offsets of the maps in `.maps`. */
function mapOffsets(elf: ElfFile, btf: Btf | undefined): Set<number> {
  const section = elf.sections.find(({ name }) => name === ".maps");
  const offsets = new Set<number>();
  for (const { type, offset } of btf?.find("datasec", ".maps")?.variables ?? []) {
    const variable = btf?.get(type);
    const symbol = elf.symbols.find((symbol) => symbol.name === variable?.name && symbol.section === section?.index);
    offsets.add(symbol?.value ?? offset);
  }
  return offsets;
}
