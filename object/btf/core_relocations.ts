/**
 * Reads the CO-RE relocations of an object, which name types of the kernel.
 *
 * @see https://docs.kernel.org/bpf/btf.html the section `.BTF.ext`
 * @module
 */

import { type ElfFile, SECTION_TYPE } from "../elf/elf.ts";
import { Reader } from "../reader.ts";
import type { TypeId } from "./types.ts";

const MAGIC = 0xeb9f;

/** The smallest header that has the position of the relocations. */
const HEADER_WITH_RELOCATIONS = 32;

/** The size of the header of each section's records: the section's name and the number of records. */
const SECTION_HEADER_SIZE = 8;

/** The size of a record: insn_off, type_id, access_str_off, kind. */
const RECORD_SIZE = 16;

/** The types whose fields, sizes or existence an object adapts to the running kernel. @throws {FormatError} */
export function readRelocatedTypes(elf: ElfFile): Set<TypeId> {
  const types = new Set<TypeId>();
  const section = elf.sections.find(({ name, type }) => name === ".BTF.ext" && type === SECTION_TYPE.PROGBITS);
  if (section === undefined) return types;

  const header = new Reader(section.bytes, "BTF.ext");
  if (header.u16(0) !== MAGIC) header.fail(`it begins with 0x${header.u16(0).toString(16)}, not 0xeb9f`);
  const start = header.u32(4);
  if (start < HEADER_WITH_RELOCATIONS || header.u32(28) === 0) return types;

  const data = new Reader(header.slice(start + header.u32(24), header.u32(28)), "BTF.ext");
  const recordSize = data.u32(0);
  if (recordSize < RECORD_SIZE) data.fail(`relocations of ${recordSize} bytes`);
  for (let at = 4; at < data.sizeBytes;) {
    const count = data.u32(at + 4);
    at += SECTION_HEADER_SIZE;
    data.slice(at, count * recordSize);
    for (let i = 0; i < count; i++) types.add(data.u32(at + i * recordSize + 4));
    at += count * recordSize;
  }
  return types;
}
