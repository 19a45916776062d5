/**
 * Parses ELF64 objects for BPF: their sections and symbols.
 *
 * @see https://gabi.xinuos.com/elf/ the format
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import { Reader } from "../reader.ts";

/** Section types (`sh_type`) that matter for BPF objects. */
export const SECTION_TYPE = { PROGBITS: 1, SYMTAB: 2, STRTAB: 3, NOBITS: 8, REL: 9 } as const;

/** Section flags (`sh_flags`) that matter for BPF objects. */
export const SECTION_FLAG = { WRITE: 1, ALLOC: 2, EXECINSTR: 4 } as const;

/** Types of symbols. */
export const SYMBOL_TYPE = { NOTYPE: 0, OBJECT: 1, FUNC: 2, SECTION: 3 } as const;

/** Bindings of symbols. */
export const SYMBOL_BIND = { LOCAL: 0, GLOBAL: 1, WEAK: 2 } as const;

/** Visibilities of symbols. */
export const SYMBOL_VISIBILITY = { DEFAULT: 0, INTERNAL: 1, HIDDEN: 2, PROTECTED: 3 } as const;

/** One section of an object. */
export interface ElfSection {
  readonly index: number;
  readonly name: string;
  /** One of {@link SECTION_TYPE}, or another number. */
  readonly type: number;
  /** A union of {@link SECTION_FLAG}; only the low 32 bits. */
  readonly flags: number;
  /** The offset of its bytes in the file. NOBITS sections have none there. */
  readonly offset: number;
  readonly sizeBytes: number;
  /** Its bytes, aliased; empty for NOBITS. */
  readonly bytes: Uint8Array;
  readonly link: number;
  readonly info: number;
  /** The size of its records (`sh_entsize`); 0 when it has no records. */
  readonly entryBytes: number;
}

/** One symbol of an object. */
export interface ElfSymbol {
  readonly name: string;
  /** One of {@link SYMBOL_TYPE}, or another number. */
  readonly type: number;
  /** One of {@link SYMBOL_BIND}, or another number. */
  readonly bind: number;
  /** One of {@link SYMBOL_VISIBILITY}. */
  readonly visibility: number;
  /** The index of the section that defines it; 0 when it is undefined. */
  readonly section: number;
  /** The byte offset in its section. */
  readonly value: number;
  readonly sizeBytes: number;
}

/** A parsed object. It aliases the bytes that it was parsed from. */
export interface ElfFile {
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
}

/** True when `bytes` have the ELF magic number at `at`. */
export function isElf(bytes: Uint8Array, at = 0): boolean {
  return bytes[at] === 0x7f && bytes[at + 1] === 0x45 && bytes[at + 2] === 0x4c && bytes[at + 3] === 0x46;
}

/** True for a symbol that only its own object sees. libbpf treats its variable as static. */
export function isHidden({ visibility }: ElfSymbol): boolean {
  return visibility === SYMBOL_VISIBILITY.HIDDEN || visibility === SYMBOL_VISIBILITY.INTERNAL;
}

/** Indices from here on name no section (`SHN_LORESERVE`): absolute and common symbols have them. */
export const FIRST_RESERVED_SECTION = 0xff00;

/** The machine (`e_machine`) that BPF objects are for. */
export const EM_BPF = 247;

const HEADER_SIZE = 64;
const SECTION_HEADER_SIZE = 64;
const SECTION_HEADER_WORDS = SECTION_HEADER_SIZE / 4;
const SYMBOL_SIZE = 24;

/**
 * Parses a relocatable BPF object.
 *
 * @throws {FormatError} when it is another file, or is damaged.
 */
export function parseElf(bytes: Uint8Array): ElfFile {
  if (!isElf(bytes)) throw new FormatError("ELF", "it does not begin with \\x7fELF");
  const file = new Reader(bytes, "ELF");
  checkHeader(file);
  const sections = readSections(file);
  return { sections, symbols: readSymbols(file, sections) };
}

/**
 * The number of bytes of the object that begins at `bytes[0]`. Other bytes may follow it. By its headers, it ends with its last
 * section or its section table, whichever is later.
 *
 * @throws {FormatError} when it is not a BPF object.
 */
export function elfSizeBytes(bytes: Uint8Array): number {
  const { sections } = parseElf(bytes);
  const file = new Reader(bytes, "ELF");
  let end = file.size(0x28) + sections.length * SECTION_HEADER_SIZE;
  for (const section of sections) end = Math.max(end, section.offset + section.bytes.length);
  return end;
}

function checkHeader(file: Reader): void {
  if (file.u8(4) !== 2) file.fail("it is not a 64-bit file");
  const byteOrder = file.u8(5);
  if (byteOrder === 2) file.fail("it is big-endian; compile it with -target bpfel");
  if (byteOrder !== 1) file.fail(`unknown byte order ${byteOrder}`);
  const machine = file.u16(0x12);
  // Compilers before EM_BPF wrote 0, and libbpf accepts it.
  if (machine !== EM_BPF && machine !== 0) {
    file.fail(`it is for ${MACHINES[machine] ?? `machine ${machine}`}, not for BPF`);
  }
  const type = file.u16(0x10);
  if (type !== 1) file.fail(`it is not a relocatable object (type ${type})`);
}

const MACHINES: Readonly<Record<number, string>> = { 3: "x86", 40: "Arm", 62: "x86_64", 183: "arm64", 243: "RISC-V" };

function readSections(file: Reader): ElfSection[] {
  const table = file.size(0x28);
  const count = file.u16(0x3c);
  if (count === 0) file.fail("it has no sections");
  if (file.u16(0x3a) !== SECTION_HEADER_SIZE) file.fail(`section headers of ${file.u16(0x3a)} bytes`);
  if (table < HEADER_SIZE) file.fail(`section headers at byte ${table}`);
  // A checked read of each field takes longer than everything else here, so the fields are read as words. They are copied because
  // words must be aligned.
  const words = new Uint32Array(file.slice(table, count * SECTION_HEADER_SIZE).slice().buffer);
  const sizeAt = (word: number) => {
    const value = (words[word + 1] ?? 0) * 2 ** 32 + (words[word] ?? 0);
    return value <= Number.MAX_SAFE_INTEGER ? value : file.size(table + word * 4);
  };
  const bytesOf = (section: number) => {
    const header = section * SECTION_HEADER_WORDS;
    const type = words[header + 1] ?? 0;
    if (type === 0 || type === SECTION_TYPE.NOBITS) return NO_BYTES;
    return file.slice(sizeAt(header + 6), sizeAt(header + 8));
  };

  const namesIndex = file.u16(0x3e);
  if (namesIndex >= count) file.fail(`section ${namesIndex} of ${count}`);
  const names = new Reader(bytesOf(namesIndex), "ELF section names");
  const sections: ElfSection[] = [];
  for (let index = 0; index < count; index++) {
    const header = index * SECTION_HEADER_WORDS;
    sections.push({
      index,
      name: names.string(words[header] ?? 0),
      type: words[header + 1] ?? 0,
      flags: words[header + 2] ?? 0,
      offset: sizeAt(header + 6),
      sizeBytes: sizeAt(header + 8),
      bytes: bytesOf(index),
      link: words[header + 10] ?? 0,
      info: words[header + 11] ?? 0,
      entryBytes: sizeAt(header + 14),
    });
  }
  return sections;
}

const NO_BYTES = new Uint8Array(0);

function readSymbols(file: Reader, sections: readonly ElfSection[]): ElfSymbol[] {
  const tables = sections.filter((section) => section.type === SECTION_TYPE.SYMTAB);
  const table = tables[0];
  if (table === undefined) return [];
  if (tables.length > 1) file.fail("it has more than one symbol table");
  const strings = sections[table.link];
  if (strings === undefined || strings.type !== SECTION_TYPE.STRTAB) {
    return file.fail(`section ${table.link} has no symbol names`);
  }

  const data = new Reader(table.bytes, "ELF symbols");
  const names = new Reader(strings.bytes, "ELF symbol names");
  const count = Math.floor(data.sizeBytes / SYMBOL_SIZE);
  const symbols: ElfSymbol[] = [];
  for (let i = 0; i < count; i++) {
    const at = i * SYMBOL_SIZE;
    const info = data.u8(at + 4);
    const section = data.u16(at + 6);
    if (section >= sections.length && section < FIRST_RESERVED_SECTION) {
      data.fail(`symbol ${i} is in section ${section}`);
    }
    symbols.push({
      name: names.string(data.u32(at)),
      type: info & 15,
      bind: info >> 4,
      visibility: data.u8(at + 5) & 3,
      section,
      value: data.size(at + 8),
      sizeBytes: data.size(at + 16),
    });
  }
  return symbols;
}
