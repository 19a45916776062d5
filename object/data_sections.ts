/**
 * Reads sections of global variables. libbpf makes each section a map with one value: the section's bytes.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import type { Btf } from "./btf/btf.ts";
import { type ElfFile, type ElfSection, type ElfSymbol, isHidden, SYMBOL_BIND } from "./elf/elf.ts";
import { dataKind } from "./elf/sections.ts";
import type { Layouts } from "./btf/layout.ts";
import type { BtfDataSection, BtfVar, TypeId } from "./btf/types.ts";
import { layOutKconfig } from "./kconfig_layout.ts";

/** The kernel's limit for names, without the NUL (`BPF_OBJ_NAME_LEN`). */
const MAX_MAP_NAME = 15;

/** One variable of a section. */
export interface Variable {
  readonly name: string;
  readonly type: TypeId;
  readonly offset: number;
  readonly sizeBytes: number;
  /** True for a static variable or one with a hidden symbol; libbpf treats both alike. */
  readonly static: boolean;
  /** True for a variable of `.kconfig` that the kernel's configuration may lack (`__weak`). */
  readonly weak: boolean;
}

/** One section of global variables. */
export interface DataSection {
  /** The name in the file: ".bss", ".rodata.str1.1". */
  readonly name: string;
  readonly kind: "data" | "rodata" | "bss" | "kconfig" | "arena";
  readonly sizeBytes: number;
  /** Sorted by offset; empty when the object's BTF does not describe the section. */
  readonly variables: readonly Variable[];
  /** Initial bytes, aliased; empty for `.bss` and `.kconfig`. */
  readonly bytes: Uint8Array;
}

/** The sections of global variables, in libbpf's order: as in the file, `.kconfig` last. @throws {FormatError} */
export function readDataSections(elf: ElfFile, btf: Btf | undefined, layouts: Layouts | undefined): DataSection[] {
  const sections = readSections(elf, btf, dataKind);
  const kconfig = btf?.find("datasec", ".kconfig");
  if (btf !== undefined && layouts !== undefined && kconfig !== undefined) {
    sections.push(readKconfig(btf, kconfig, { layouts, weak: weakExterns(elf) }));
  }
  return sections;
}

/** The variables in the object's arena (`__arena`, Linux 6.9). They share the arena's map. @throws {FormatError} */
export function readArenaVariables(elf: ElfFile, btf: Btf | undefined): DataSection | undefined {
  return readSections(elf, btf, ({ name }) => name === ".addr_space.1" ? "arena" : undefined)[0];
}

/**
 * The name that libbpf gives the map of a section of the object called `objectName`: "my_objec.bss", "my_objec.rodata",
 * "my_obje.kconfig". Custom sections such as ".data.custom" keep their whole name: libbpf shortens ".bss.custom" in the kernel,
 * but finds the map only by the whole name.
 */
export function dataMapName(section: string, objectName: string): string {
  if (section.indexOf(".", 1) >= 0) return section;
  // At least 7 characters are kept for the section's name, even if it has fewer.
  const reserved = Math.min(Math.max(7, section.length), MAX_MAP_NAME);
  const prefix = objectName.slice(0, MAX_MAP_NAME - reserved);
  return (prefix + section.slice(0, reserved)).replace(/[^A-Za-z0-9_.]/g, "_");
}

function readSections(
  elf: ElfFile,
  btf: Btf | undefined,
  kindOf: (section: ElfSection) => DataSection["kind"] | undefined,
): DataSection[] {
  const symbols = globalSymbols(elf);
  const sections: DataSection[] = [];
  for (const section of elf.sections) {
    const { name, index, sizeBytes, bytes } = section;
    const kind = kindOf(section);
    if (kind === undefined || sizeBytes === 0) continue;
    const type = btf?.find("datasec", name);
    const variables = btf === undefined || type === undefined
      ? []
      : readVariables(btf, type, sizeBytes, (variable) => symbols.get(`${index} ${variable.name}`));
    sections.push({ name, kind, sizeBytes, variables, bytes });
  }
  return sections;
}

/** Global symbols by section and name, joined by a space. */
function globalSymbols(elf: ElfFile): Map<string, ElfSymbol> {
  return new Map(
    elf.symbols.filter(({ bind }) => bind !== SYMBOL_BIND.LOCAL)
      .map((symbol) => [`${symbol.section} ${symbol.name}`, symbol]),
  );
}

function readVariables(
  btf: Btf,
  section: BtfDataSection,
  sizeBytes: number,
  symbolOf: (variable: BtfVar) => ElfSymbol | undefined,
): Variable[] {
  const variables = section.variables.flatMap((entry) => {
    const variable = btf.get(entry.type);
    if (variable.kind !== "var") return [];
    const symbol = variable.linkage === "static" ? undefined : symbolOf(variable);
    const isStatic = variable.linkage === "static" || (symbol !== undefined && isHidden(symbol));
    const offset = symbol?.value ?? entry.offset;
    if (entry.sizeBytes > sizeBytes || offset > sizeBytes - entry.sizeBytes) {
      throw new FormatError("BTF", `variable "${variable.name}" ends outside section "${section.name}"`);
    }
    return [{
      name: variable.name,
      type: variable.target,
      offset,
      sizeBytes: entry.sizeBytes,
      static: isStatic,
      weak: false,
    }];
  });
  return variables.sort((a, b) => a.offset - b.offset);
}

/** The names of undefined symbols that are weak. */
function weakExterns(elf: ElfFile): Set<string> {
  const externs = elf.symbols.filter(({ section, bind }) => section === 0 && bind === SYMBOL_BIND.WEAK);
  return new Set(externs.map(({ name }) => name));
}

/** `.kconfig` has no bytes in the file. */
function readKconfig(
  btf: Btf,
  section: BtfDataSection,
  { layouts, weak }: { layouts: Layouts; weak: ReadonlySet<string> },
): DataSection {
  const externs = section.variables.flatMap(({ type }) => {
    const variable = btf.get(type);
    return variable.kind === "var"
      ? [{ name: variable.name, type: variable.target, ...layouts.of(variable.target) }]
      : [];
  });
  const { placed, sizeBytes } = layOutKconfig(externs);
  const variables = placed.map(({ name, type, offset, sizeBytes }) => ({
    name,
    type,
    offset,
    sizeBytes,
    static: false,
    weak: weak.has(name),
  }));
  return { name: ".kconfig", kind: "kconfig", sizeBytes, variables, bytes: new Uint8Array(0) };
}
