/**
 * Reads struct_ops maps. Each variable of a `.struct_ops` section defines one, and its value is a struct of the kernel.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import type { Btf } from "./btf/btf.ts";
import { type ElfFile, type ElfSection, SECTION_TYPE, SYMBOL_BIND } from "./elf/elf.ts";
import type { BtfStruct } from "./btf/types.ts";
import { isStructOps } from "./elf/sections.ts";

/** One struct_ops map. */
export interface StructOpsMap {
  readonly name: string;
  /** The struct of its value, as the object defines it. The running kernel's struct may be larger. */
  readonly struct: BtfStruct;
  /** The offset of the initial value in the file. */
  readonly fileOffset: number;
  /** True when a link holds the registration (`.struct_ops.link`, Linux 6.4), false when the map itself does. */
  readonly link: boolean;
}

/** The struct_ops maps of an object, in libbpf's order. @throws {FormatError} when one is not a struct inside its section. */
export function readStructOps(elf: ElfFile, btf: Btf | undefined): StructOpsMap[] {
  return elf.sections
    .filter(({ name, type }) => isStructOps(name) && type === SECTION_TYPE.PROGBITS)
    .flatMap((section) => readSection(elf, btf, section));
}

function readSection(elf: ElfFile, btf: Btf | undefined, section: ElfSection): StructOpsMap[] {
  const { name, index } = section;
  const type = btf?.find("datasec", name);
  if (btf === undefined || type === undefined) {
    if (section.sizeBytes === 0) return [];
    throw new FormatError("ELF", `it has section "${name}" and no BTF for it; compile it with -g`);
  }
  const offsets = new Map(
    elf.symbols.filter((symbol) => symbol.section === index && symbol.bind !== SYMBOL_BIND.LOCAL)
      .map((symbol) => [symbol.name, symbol.value]),
  );
  return type.variables
    .flatMap((entry) => {
      const variable = btf.get(entry.type);
      if (variable.kind !== "var") return [];
      const struct = btf.resolve(variable.target);
      const offset = offsets.get(variable.name) ?? entry.offset;
      if (struct.kind !== "struct") throw new FormatError("BTF", `struct_ops map "${variable.name}" is not a struct`);
      if (struct.sizeBytes > section.sizeBytes || offset > section.sizeBytes - struct.sizeBytes) {
        throw new FormatError("BTF", `struct_ops map "${variable.name}" ends outside section "${name}"`);
      }
      return [{ name: variable.name, struct, fileOffset: section.offset + offset, link: name.endsWith(".link") }];
    })
    .sort((a, b) => a.fileOffset - b.fileOffset);
}
