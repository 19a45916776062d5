/**
 * Reads the header of `.BTF`, which gives the positions of the types and of their names.
 *
 * @see https://docs.kernel.org/bpf/btf.html the format
 * @module
 */

import { Reader } from "../reader.ts";

/** The first 16 bits of `.BTF` and `.BTF.ext`. */
const MAGIC = 0xeb9f;

const MAGIC_BIG_ENDIAN = 0x9feb;
const HEADER_BYTES = 24;

/** The parts of a `.BTF` section, aliased. */
export interface BtfParts {
  readonly version: number;
  readonly types: Uint8Array;
  readonly strings: Uint8Array;
}

/** Reads the header. @throws {FormatError} when the bytes are not BTF, are big-endian, or lack a part. */
export function readBtfHeader(bytes: Uint8Array): BtfParts {
  const header = new Reader(bytes, "BTF");
  const magic = header.u16(0);
  if (magic === MAGIC_BIG_ENDIAN) header.fail("it is big-endian");
  checkMagic(header);
  const start = header.u32(4);
  if (start < HEADER_BYTES) header.fail(`a header of ${start} bytes`);
  return {
    version: header.u8(2),
    types: header.slice(start + header.u32(8), header.u32(12)),
    strings: header.slice(start + header.u32(16), header.u32(20)),
  };
}

/** @throws {FormatError} when the section does not begin with {@link MAGIC}. */
export function checkMagic(section: Reader): void {
  const magic = section.u16(0);
  if (magic !== MAGIC) section.fail(`it begins with 0x${magic.toString(16)}, not 0x${MAGIC.toString(16)}`);
}
