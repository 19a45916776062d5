/**
 * Adds the export of the function table to a module that was linked without `--export-table`.
 *
 * @module
 */

import { unsignedLeb } from "./leb.ts";
import { readSections, SECTION } from "./sections.ts";

/** The name that toolchains give the function table. */
export const TABLE_NAME = "__indirect_function_table";

const KIND_TABLE = 1;
const TABLE_0 = 0;
/** The sections that come before the exports; custom ones may be anywhere. */
const BEFORE_EXPORT: ReadonlySet<number> = new Set([
  SECTION.CUSTOM,
  SECTION.TYPE,
  SECTION.IMPORT,
  SECTION.FUNCTION,
  SECTION.TABLE,
  SECTION.MEMORY,
  SECTION.TAG,
  SECTION.GLOBAL,
]);

/**
 * The module in `bytes`, with table 0 exported as {@link TABLE_NAME}.
 *
 * The module must have a table and export none. The result is validated when it is compiled.
 *
 * @throws {FormatError} when the sections cannot be walked.
 */
export function exportTable(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(TABLE_NAME);
  const entry = [...unsignedLeb(name.length), ...name, KIND_TABLE, TABLE_0];
  for (const { id, start, end, content } of readSections(bytes)) {
    if (BEFORE_EXPORT.has(id)) continue;
    if (id !== SECTION.EXPORT) return spliced(bytes, start, start, [1], new Uint8Array(), entry);
    const count = content.u32();
    return spliced(bytes, start, end, unsignedLeb(count + 1), content.bytes(content.sizeBytes - content.at), entry);
  }
  return spliced(bytes, bytes.length, bytes.length, [1], new Uint8Array(), entry);
}

/** `bytes` with the range from `start` to `end` replaced by an export section of `count`, `entries` and `entry`. */
function spliced(
  bytes: Uint8Array,
  start: number,
  end: number,
  count: readonly number[],
  entries: Uint8Array,
  entry: readonly number[],
): Uint8Array<ArrayBuffer> {
  const header = [SECTION.EXPORT, ...unsignedLeb(count.length + entries.length + entry.length), ...count];
  const result = new Uint8Array(start + header.length + entries.length + entry.length + (bytes.length - end));
  result.set(bytes.subarray(0, start));
  result.set(header, start);
  result.set(entries, start + header.length);
  result.set(entry, start + header.length + entries.length);
  result.set(bytes.subarray(end), start + header.length + entries.length + entry.length);
  return result;
}
