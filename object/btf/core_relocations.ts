/**
 * Reads the CO-RE relocations of an object, which name types of the kernel.
 *
 * @module
 */

import { type ElfFile, SECTION_TYPE } from "../elf/elf.ts";
import { BTF_EXT_PART, readBtfExt } from "./btf_ext.ts";
import type { TypeId } from "./types.ts";

/** The offset of the type's id in a relocation. */
const TYPE_ID = 4;

/** The types whose fields, sizes or existence an object adapts to the running kernel. @throws {FormatError} */
export function readRelocatedTypes(elf: ElfFile): Set<TypeId> {
  const types = new Set<TypeId>();
  const section = elf.sections.find(({ name, type }) => name === ".BTF.ext" && type === SECTION_TYPE.PROGBITS);
  if (section === undefined) return types;
  for (const { part, start, count, recordBytes } of readBtfExt(section.bytes, BTF_EXT_PART.RELOCATIONS)) {
    for (let i = 0; i < count; i++) types.add(part.u32(start + i * recordBytes + TYPE_ID));
  }
  return types;
}
