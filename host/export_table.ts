/**
 * Adds the export of the function table to a module that was linked without `--export-table`.
 *
 * @module
 */

import { GuestError } from "../errors.ts";

/** What toolchains call the table of functions. */
export const TABLE_NAME = "__indirect_function_table";

const HEADER_BYTES = 8;
const SECTION_EXPORT = 7;
const KIND_TABLE = 1;
const TABLE_0 = 0;
/** Sections in the order a module has them: custom sections (0) may be anywhere. Tag (13) is before global, data count (12) late. */
const BEFORE_EXPORT: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 13, 6]);

/**
 * The module in `bytes`, with table 0 exported as {@link TABLE_NAME}.
 *
 * The module must be valid, have a table and export none: what comes out is compiled, and so validated, as usual.
 *
 * @throws {GuestError} "invalid-module" when the sections cannot be walked.
 */
export function exportTable(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(TABLE_NAME);
  const entry = [...unsignedLeb(name.length), ...name, KIND_TABLE, TABLE_0];
  let at = HEADER_BYTES;
  while (at < bytes.length) {
    const id = bytes[at];
    const size = readUnsignedLeb(bytes, at + 1);
    const end = size.next + size.value;
    if (id === undefined || end > bytes.length) break;
    if (id === SECTION_EXPORT) {
      const count = readUnsignedLeb(bytes, size.next);
      const entries = bytes.subarray(count.next, end);
      return spliced(bytes, at, end, [...unsignedLeb(count.value + 1)], entries, entry);
    }
    if (id !== 0 && !BEFORE_EXPORT.has(id)) return spliced(bytes, at, at, [1], new Uint8Array(), entry);
    at = end;
  }
  if (at === bytes.length) return spliced(bytes, at, at, [1], new Uint8Array(), entry);
  throw new GuestError("invalid-module", "Cannot read module: its sections are damaged");
}

/** `bytes` with an export section of `count`, `entries` and `entry` in place of what lies between `start` and `end`. */
function spliced(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: readonly number[],
  entries: Uint8Array,
  entry: readonly number[],
): Uint8Array<ArrayBuffer> {
  const header = [SECTION_EXPORT, ...unsignedLeb(count.length + entries.length + entry.length), ...count];
  const result = new Uint8Array(start + header.length + entries.length + entry.length + (bytes.length - end));
  result.set(bytes.subarray(0, start));
  result.set(header, start);
  result.set(entries, start + header.length);
  result.set(entry, start + header.length + entries.length);
  result.set(bytes.subarray(end), start + header.length + entries.length + entry.length);
  return result;
}

function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    bytes.push(value === 0 ? low : low | 0x80);
  } while (value !== 0);
  return bytes;
}

function readUnsignedLeb(bytes: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = bytes[at++];
    if (byte === undefined) break;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at };
  }
  throw new GuestError("invalid-module", "Cannot read module: its sections are damaged");
}
