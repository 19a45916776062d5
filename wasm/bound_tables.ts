/**
 * Gives tables a maximum, so that the engine stops them from growing further.
 *
 * @module
 */

import { readTable } from "./declarations.ts";
import { unsignedLeb } from "./leb.ts";
import { HAS_MAXIMUM, readSections, SECTION } from "./sections.ts";

/**
 * The module in `bytes`, with every table limited to `most` entries. Beyond that, `table.grow` returns -1.
 *
 * The module must have a table section, and no table may begin with more than `most` entries.
 *
 * @throws {FormatError} when the sections cannot be walked.
 */
export function boundTables(bytes: Uint8Array<ArrayBuffer>, most: number): Uint8Array<ArrayBuffer> {
  for (const { id, start, end, content } of readSections(bytes)) {
    if (id !== SECTION.TABLE) continue;
    const count = content.u32();
    const tables = [...unsignedLeb(count)];
    for (let i = 0; i < count; i++) {
      const from = content.at;
      const { minimum, maximum = Infinity, limits } = readTable(content);
      const whole = content.slice(from, content.at);
      const [flags = 0] = content.slice(limits.start, limits.end);
      tables.push(...whole.subarray(0, limits.start - from));
      tables.push(flags | HAS_MAXIMUM, ...unsignedLeb(minimum), ...unsignedLeb(Math.min(maximum, most)));
      tables.push(...whole.subarray(limits.end - from));
    }
    const head = [SECTION.TABLE, ...unsignedLeb(tables.length)];
    const result = new Uint8Array(start + head.length + tables.length + (bytes.length - end));
    result.set(bytes.subarray(0, start));
    result.set(head, start);
    result.set(tables, start + head.length);
    result.set(bytes.subarray(end), start + head.length + tables.length);
    return result;
  }
  return bytes;
}
