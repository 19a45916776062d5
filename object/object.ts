/**
 * Parses a BPF object: its programs, maps and global variables, with libbpf's names and in libbpf's order.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import { Btf } from "./btf/btf.ts";
import { Layouts } from "./btf/layout.ts";
import { type ElfFile, type ElfSection, parseElf, SECTION_TYPE, SYMBOL_TYPE } from "./elf/elf.ts";
import { isCode } from "./elf/sections.ts";
import { INSTRUCTION_BYTES } from "./instructions.ts";
import { type DataSection, readArenaVariables, readDataSections } from "./data_sections.ts";
import { type MapDefinition, readMaps } from "./maps.ts";
import { programTypeOfSection } from "./program_types.ts";
import { readStructOps, type StructOpsMap } from "./struct_ops.ts";

/** One program of an object. */
export interface ProgramInfo {
  readonly name: string;
  /** The argument of its SEC(): "tp/sched/sched_switch". */
  readonly section: string;
  /** The program type that the section names, in bpftool's words; undefined when it names none. */
  readonly type: string | undefined;
  /** True when libbpf loads it by default: false for a section that begins with `?`. */
  readonly autoload: boolean;
  /** The number of 8-byte instructions. */
  readonly instructions: number;
}

/** A parsed object. It aliases the bytes that it was parsed from. */
export interface BpfObjectInfo {
  readonly elf: ElfFile;
  /** Undefined for an object without types, which then has no maps either. */
  readonly btf: Btf | undefined;
  /** The sizes and alignments on the kernel side. */
  readonly layouts: Layouts | undefined;
  readonly license: string | undefined;
  readonly programs: readonly ProgramInfo[];
  /** The maps of `.maps`, in libbpf's order. Maps of global variables are in {@link dataSections}. */
  readonly maps: readonly MapDefinition[];
  /** The sections of global variables, in libbpf's order. */
  readonly dataSections: readonly DataSection[];
  /** The variables in the arena. Guests cannot map an arena. */
  readonly arena: DataSection | undefined;
  /** The struct_ops maps, in libbpf's order: after those of global variables. */
  readonly structOps: readonly StructOpsMap[];
}

/**
 * Parses a BPF object.
 *
 * ```ts
 * import { parseObject } from "./object.ts";
 *
 * function programNames(object: Uint8Array): string[] {
 *   return parseObject(object).programs.map((program) => program.name);
 * }
 * ```
 *
 * @throws {FormatError} when the bytes are not a BPF object, are damaged, or define maps in a `maps` section, which libbpf refuses
 * from 1.0 on.
 */
export function parseObject(bytes: Uint8Array): BpfObjectInfo {
  const elf = parseElf(bytes);
  if (elf.sections.some(({ name }) => name === "maps")) {
    throw new FormatError("ELF", `maps in a "maps" section are not supported; define them in SEC(".maps")`);
  }
  if (elf.symbols.length === 0) throw new FormatError("ELF", "it has no symbol table; strip it with -g only");
  const btfSection = elf.sections.find(({ name, type }) => name === ".BTF" && type === SECTION_TYPE.PROGBITS);
  const btf = btfSection === undefined ? undefined : Btf.parse(btfSection.bytes);
  const layouts = btf === undefined ? undefined : new Layouts(btf, "bpf");
  return {
    elf,
    btf,
    layouts,
    license: readLicense(elf),
    programs: readPrograms(elf),
    maps: readMaps(elf, btf, layouts),
    dataSections: readDataSections(elf, btf, layouts),
    arena: readArenaVariables(elf, btf),
    structOps: readStructOps(elf, btf),
  };
}

function readLicense(elf: ElfFile): string | undefined {
  const section = elf.sections.find(({ name }) => name === "license");
  if (section === undefined) return undefined;
  const end = section.bytes.indexOf(0);
  return new TextDecoder().decode(section.bytes.subarray(0, end < 0 ? section.bytes.length : end));
}

/** The programs, sorted by section and offset. Functions in `.text` are subprograms, which programs call. */
function readPrograms(elf: ElfFile): ProgramInfo[] {
  const found: { section: ElfSection; at: number; program: ProgramInfo }[] = [];
  for (const symbol of elf.symbols) {
    const section = elf.sections[symbol.section];
    if (section === undefined || symbol.type !== SYMBOL_TYPE.FUNC || section.name === ".text" || !isCode(section)) {
      continue;
    }
    if (symbol.sizeBytes > section.sizeBytes || symbol.value > section.sizeBytes - symbol.sizeBytes) {
      throw new FormatError("ELF", `program "${symbol.name}" crosses the end of section "${section.name}"`);
    }
    const program = {
      name: symbol.name,
      section: section.name,
      type: programTypeOfSection(section.name),
      autoload: !section.name.startsWith("?"),
      instructions: symbol.sizeBytes / INSTRUCTION_BYTES,
    };
    found.push({ section, at: symbol.value, program });
  }
  found.sort((a, b) => a.section.index - b.section.index || a.at - b.at);
  return found.map(({ program }) => program);
}
