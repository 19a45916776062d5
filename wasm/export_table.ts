/**
 * Adds the export of the function table to a module that was linked without `--export-table`.
 *
 * @module
 */

import { readSections, SECTION } from "./sections.ts";
import { unsignedLeb, withSection } from "./write_section.ts";

/** The name that toolchains give the function table. */
export const TABLE_NAME = "__indirect_function_table";

const KIND_TABLE = 1;
const TABLE_0 = 0;
/** The sections that precede the exports. Custom sections may be anywhere. */
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
 * The module must have a table, and export none. Compilation validates the result.
 *
 * @throws {FormatError} when the sections cannot be walked.
 */
export function exportTable(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const name = new TextEncoder().encode(TABLE_NAME);
  const entry = [...unsignedLeb(name.length), ...name, KIND_TABLE, TABLE_0];
  const withExports = (place: { start: number; end: number }, count: number, others: ArrayLike<number> = []) =>
    withSection(bytes, place, SECTION.EXPORT, [unsignedLeb(count), others, entry]);
  for (const { id, start, end, content } of readSections(bytes)) {
    if (BEFORE_EXPORT.has(id)) continue;
    if (id !== SECTION.EXPORT) return withExports({ start, end: start }, 1);
    const count = content.u32();
    return withExports({ start, end }, count + 1, content.bytes(content.sizeBytes - content.at));
  }
  return withExports({ start: bytes.length, end: bytes.length }, 1);
}
