/**
 * Gives tables a maximum, beyond which the engine does not let them grow.
 *
 * @module
 */

import { readTable } from "./declarations.ts";
import { HAS_MAXIMUM, readSections, SECTION } from "./sections.ts";
import { unsignedLeb, withSection } from "./write_section.ts";

/**
 * The module in `bytes`, with each table limited to `most` entries. `table.grow` returns -1 beyond that.
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
    return withSection(bytes, { start, end }, SECTION.TABLE, [tables]);
  }
  return bytes;
}
