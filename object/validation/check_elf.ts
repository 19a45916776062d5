/**
 * Checks of an object's sections, symbols and relocations: everything lies inside its section.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import {
  type ElfFile,
  type ElfSection,
  type ElfSymbol,
  FIRST_RESERVED_SECTION,
  SECTION_TYPE,
  SYMBOL_BIND,
  SYMBOL_TYPE,
} from "../elf/elf.ts";
import { functionsBySection, isCode, isStructOps, RELOCATION_BYTES, relocationsOf } from "../elf/sections.ts";
import { INSTRUCTION_BYTES } from "../instructions.ts";

/** libbpf stores sizes and offsets of data in 32 bits, and the kernel accepts no larger map value. */
const MAX_DATA_BYTES = 0x7fffffff;

/** Sections that libbpf finds by name, besides those of struct_ops. Of two with the same name it uses the first in some places and the last in others. */
const UNIQUE_SECTIONS: ReadonlySet<string> = new Set([".BTF", ".BTF.ext", ".maps", ".text", ".addr_space.1"]);

/** libbpf looks for each of these in all types. Objects have dozens, of a few KiB together. */
const MAX_EXTERNS = 4096;

/** libbpf relocates subprograms recursively, so their number is limited. The kernel accepts 256 in a program. */
const MAX_SUBPROGRAMS = 4096;

/** @throws {FormatError} when a section that must be unique exists twice, or a section is too large. */
export function checkSections(elf: ElfFile): void {
  const seen = new Set<string>();
  for (const { name, type, sizeBytes } of elf.sections) {
    if (seen.has(name) && (UNIQUE_SECTIONS.has(name) || isStructOps(name))) fail(`two sections "${name}"`);
    seen.add(name);
    if (type === SECTION_TYPE.NOBITS && sizeBytes > MAX_DATA_BYTES) fail(`section "${name}" has ${sizeBytes} bytes`);
  }
}

/** @throws {FormatError} when a function or variable is not inside its section, or too many are in no section. */
export function checkSymbols(elf: ElfFile): void {
  const externs = elf.symbols.filter(({ section, bind }) => section === 0 && bind !== SYMBOL_BIND.LOCAL).length;
  if (externs > MAX_EXTERNS) fail(`${externs} symbols in no section`);
  for (const [index, functions] of functionsBySection(elf)) checkFunctions(elf.sections[index], functions);
  for (const symbol of elf.symbols) {
    if (symbol.type !== SYMBOL_TYPE.OBJECT || symbol.bind === SYMBOL_BIND.LOCAL) continue;
    // A symbol without a section has no bytes, but libbpf may still use its value as a 32-bit offset.
    const section = symbol.section === 0 ? undefined : elf.sections[symbol.section];
    const room = section === undefined ? MAX_DATA_BYTES : section.sizeBytes;
    const sizeBytes = section === undefined ? 0 : symbol.sizeBytes;
    if (sizeBytes > room || symbol.value > room - sizeBytes) {
      fail(`variable "${symbol.name}" ends outside its section`);
    }
  }
}

function checkFunctions(section: ElfSection | undefined, functions: readonly ElfSymbol[]): void {
  if (section === undefined) return;
  for (const { name, value, sizeBytes } of functions) {
    if (sizeBytes > section.sizeBytes || value > section.sizeBytes - sizeBytes) {
      fail(`function "${name}" ends outside section "${section.name}"`);
    }
    if (sizeBytes === 0 || sizeBytes % INSTRUCTION_BYTES !== 0 || value % INSTRUCTION_BYTES !== 0) {
      fail(`function "${name}" of section "${section.name}" is not made of whole instructions`);
    }
  }
  // libbpf applies a relocation to only one of the functions that contain its place, so that the other one would call something else.
  let end = 0;
  for (const { value, sizeBytes } of functions.toSorted((a, b) => a.value - b.value)) {
    if (value < end) fail(`functions of section "${section.name}" overlap`);
    end = value + sizeBytes;
  }
  if (section.name === ".text" && functions.length > MAX_SUBPROGRAMS) fail(`${functions.length} functions in ".text"`);
}

/** The offsets of relocated instructions, by the index of their section. */
export type RelocatedInstructions = ReadonlyMap<number, ReadonlySet<number>>;

/**
 * Checks the relocations that libbpf would apply. An instruction may have one: the second would keep the meaning that the first gave to
 * the instruction, and replace its number.
 *
 * @throws {FormatError} when an offset or a symbol does not exist, or an instruction has two relocations.
 */
export function checkRelocations(elf: ElfFile): RelocatedInstructions {
  const relocated = new Map<number, Set<number>>();
  for (const section of elf.sections) {
    if (section.type !== SECTION_TYPE.REL) continue;
    const target = elf.sections[section.info];
    if (target === undefined) fail(`section "${section.name}" relocates section ${section.info}`);
    else if (isApplied(section, target)) {
      checkName(section, target);
      checkPlaces(elf, section, target);
    }
    if (target !== undefined && isCode(target)) addInstructions(section, target, relocated);
  }
  return relocated;
}

function addInstructions(section: ElfSection, target: ElfSection, relocated: Map<number, Set<number>>): void {
  const offsets = relocated.get(target.index) ?? new Set();
  relocated.set(target.index, offsets);
  for (const { offset } of relocationsOf(section)) {
    if (offsets.has(offset)) fail(`section "${target.name}" has two relocations at ${offset}`);
    offsets.add(offset);
  }
}

/** True when libbpf applies the relocations of this section. */
function isApplied({ name }: ElfSection, target: ElfSection): boolean {
  return isCode(target) || name === ".rel.maps" || (name.startsWith(".rel") && isStructOps(name.slice(".rel".length)));
}

/** libbpf skips relocations by the name of their section, so that another name would hide the functions that a program calls. */
function checkName({ name }: ElfSection, target: ElfSection): void {
  if (name !== `.rel${target.name}`) fail(`section "${name}" relocates section "${target.name}"`);
}

function checkPlaces(elf: ElfFile, section: ElfSection, target: ElfSection): void {
  if (section.entryBytes !== RELOCATION_BYTES) {
    fail(`section "${section.name}" has records of ${section.entryBytes} bytes`);
  }
  for (const { offset, symbol } of relocationsOf(section)) {
    if (target.sizeBytes < INSTRUCTION_BYTES || offset > target.sizeBytes - INSTRUCTION_BYTES) {
      fail(`a relocation at ${offset} is outside section "${target.name}"`);
    }
    const found = elf.symbols[symbol];
    if (found === undefined) fail(`a relocation of section "${target.name}" names symbol ${symbol}`);
    else if (found.section >= FIRST_RESERVED_SECTION) {
      fail(`a relocation of section "${target.name}" names "${found.name}", which is in no section`);
    }
  }
}

function fail(problem: string): never {
  throw new FormatError("ELF", problem);
}
