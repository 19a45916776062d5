/**
 * The sections that libbpf treats specially: code, struct_ops and relocations.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import { type ElfFile, type ElfSection, type ElfSymbol, SECTION_FLAG, SECTION_TYPE, SYMBOL_TYPE } from "./elf.ts";

/** The size of a relocation (`Elf64_Rel`). */
export const RELOCATION_BYTES = 16;

const STRUCT_OPS_SECTIONS: ReadonlySet<string> = new Set([
  ".struct_ops",
  ".struct_ops.link",
  "?.struct_ops",
  "?.struct_ops.link",
]);

/** True when each variable of a section of this name is a struct_ops map. */
export function isStructOps(section: string): boolean {
  return STRUCT_OPS_SECTIONS.has(section);
}

/** True when libbpf treats the functions of this section as programs or subprograms. */
export function isCode({ type, flags, sizeBytes }: ElfSection): boolean {
  return type === SECTION_TYPE.PROGBITS && sizeBytes > 0 && (flags & SECTION_FLAG.EXECINSTR) !== 0;
}

/** The kind of a section of global variables; undefined for other sections. */
export function dataKind({ name, type, flags }: ElfSection): "data" | "rodata" | "bss" | undefined {
  const is = (prefix: string) => name === prefix || name.startsWith(`${prefix}.`);
  if (type === SECTION_TYPE.NOBITS) return is(".bss") ? "bss" : undefined;
  if (type !== SECTION_TYPE.PROGBITS || (flags & SECTION_FLAG.EXECINSTR) !== 0) return undefined;
  if (is(".data")) return "data";
  return is(".rodata") ? "rodata" : undefined;
}

/** The functions of each code section, by the index of the section. */
export function functionsBySection(elf: ElfFile): Map<number, ElfSymbol[]> {
  const functions = new Map<number, ElfSymbol[]>();
  for (const symbol of elf.symbols) {
    const section = elf.sections[symbol.section];
    if (symbol.type !== SYMBOL_TYPE.FUNC || section === undefined || !isCode(section)) continue;
    const others = functions.get(symbol.section);
    if (others === undefined) functions.set(symbol.section, [symbol]);
    else others.push(symbol);
  }
  return functions;
}

/** A relocation: the offset to change, and the index of the symbol. */
export interface Relocation {
  readonly offset: number;
  readonly symbol: number;
}

/** The relocations of a section of type REL. Bytes after the last complete record are ignored. @throws {FormatError} */
export function* relocationsOf({ name, bytes }: ElfSection): Generator<Relocation> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + RELOCATION_BYTES <= bytes.length; at += RELOCATION_BYTES) {
    const high = view.getUint32(at + 4, true);
    if (high !== 0) throw new FormatError("ELF", `a relocation of section "${name}" is past 4 GiB`);
    yield { offset: view.getUint32(at, true), symbol: view.getUint32(at + 12, true) };
  }
}
