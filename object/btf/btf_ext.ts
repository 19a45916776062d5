/**
 * Reads `.BTF.ext`: records about functions, lines and CO-RE relocations, grouped by the section of the code.
 *
 * @see https://docs.kernel.org/bpf/btf.html the format
 * @module
 */

import { Reader } from "../reader.ts";
import { checkMagic } from "./header.ts";

/** A kind of records: the position of their offset and size in the header, and the smallest size of one. */
export interface BtfExtPart {
  readonly name: string;
  readonly at: number;
  readonly recordBytes: number;
}

/** The kinds of records. */
export const BTF_EXT_PART = {
  FUNCTIONS: { name: "function records", at: 8, recordBytes: 8 },
  LINES: { name: "line records", at: 16, recordBytes: 16 },
  /** Each relocation is insn_off, type_id, access_str_off and kind, of 4 bytes each. */
  RELOCATIONS: { name: "relocations", at: 24, recordBytes: 16 },
} as const satisfies Readonly<Record<string, BtfExtPart>>;

/** The size of the header of each section's records: the section's name and the number of records. */
const SECTION_HEADER_BYTES = 8;

/** The records of one section. */
export interface BtfExtRecords {
  /** The records of all sections. */
  readonly part: Reader;
  /** The offset of the section's name in the strings of BTF. */
  readonly section: number;
  /** The offset of the first record in `part`. */
  readonly start: number;
  readonly count: number;
  readonly recordBytes: number;
}

/**
 * The records of `kind`, section by section.
 *
 * @throws {FormatError} when they are outside `bytes`, or are not complete.
 */
export function* readBtfExt(bytes: Uint8Array, kind: BtfExtPart): Generator<BtfExtRecords> {
  const header = new Reader(bytes, "BTF.ext");
  checkMagic(header);
  const headerBytes = header.u32(4);
  if (headerBytes > bytes.length) header.fail(`a header of ${headerBytes} bytes`);
  // Compilers without this kind of records write a shorter header.
  const sizeBytes = headerBytes < kind.at + 8 ? 0 : header.u32(kind.at + 4);
  if (sizeBytes === 0) return;
  const part = new Reader(header.slice(headerBytes + header.u32(kind.at), sizeBytes), `BTF.ext ${kind.name}`);
  const recordBytes = part.u32(0);
  if (recordBytes < kind.recordBytes || recordBytes % 4 !== 0) part.fail(`records of ${recordBytes} bytes`);
  for (let at = 4; at < part.sizeBytes;) {
    const count = part.u32(at + 4);
    const start = at + SECTION_HEADER_BYTES;
    part.slice(start, count * recordBytes);
    yield { part, section: part.u32(at), start, count, recordBytes };
    at = start + count * recordBytes;
  }
}
