/**
 * Checks of `.BTF.ext`: its parts lie inside the section, and their records are complete.
 *
 * @see https://docs.kernel.org/bpf/btf.html the format
 * @module
 */

import { Reader } from "../reader.ts";

const MAGIC = 0xeb9f;

/** The parts: the position of their offset and length in the header, and the smallest size of their records. */
const PARTS = [
  { name: "function records", at: 8, recordBytes: 8 },
  { name: "line records", at: 16, recordBytes: 16 },
  { name: "relocations", at: 24, recordBytes: 16 },
] as const;

/** The size of the header before the records of each section: the section's name and the number of records. */
const SECTION_HEADER_BYTES = 8;

/** @throws {FormatError} when a part is outside the section, or its records are outside the part. */
export function checkBtfExt(bytes: Uint8Array): void {
  const section = new Reader(bytes, "BTF.ext");
  if (section.u16(0) !== MAGIC) section.fail(`it begins with 0x${section.u16(0).toString(16)}, not 0xeb9f`);
  const headerBytes = section.u32(4);
  if (headerBytes > bytes.length) section.fail(`a header of ${headerBytes} bytes`);
  for (const part of PARTS) {
    if (headerBytes < part.at + 8) continue;
    const sizeBytes = section.u32(part.at + 4);
    if (sizeBytes === 0) continue;
    const start = headerBytes + section.u32(part.at);
    checkRecords(new Reader(section.slice(start, sizeBytes), `BTF.ext ${part.name}`), part.recordBytes);
  }
}

function checkRecords(part: Reader, leastBytes: number): void {
  const recordBytes = part.u32(0);
  if (recordBytes < leastBytes || recordBytes % 4 !== 0) part.fail(`records of ${recordBytes} bytes`);
  for (let at = 4; at < part.sizeBytes;) {
    const sizeBytes = part.u32(at + 4) * recordBytes;
    at += SECTION_HEADER_BYTES;
    part.slice(at, sizeBytes);
    at += sizeBytes;
  }
}
