/**
 * Gives memories a maximum, beyond which the engine does not let them grow.
 *
 * @module
 */

import { HAS_MAXIMUM, readLimits, readSections, SECTION } from "./sections.ts";
import { unsignedLeb, withSection } from "./write_section.ts";

/**
 * The module in `bytes`, with each memory limited to `most` pages. `memory.grow` returns -1 beyond that.
 *
 * A memory that begins with more pages keeps its limits. A module without a memory section stays as it is.
 *
 * @throws {FormatError} when the sections cannot be walked.
 */
export function boundMemories(bytes: Uint8Array<ArrayBuffer>, most: number): Uint8Array<ArrayBuffer> {
  for (const { id, start, end, content } of readSections(bytes)) {
    if (id !== SECTION.MEMORY) continue;
    const count = content.u32();
    const memories = [...unsignedLeb(count)];
    for (let i = 0; i < count; i++) {
      const from = content.at;
      const { minimum, maximum = Infinity } = readLimits(content);
      const limits = content.slice(from, content.at);
      const [flags = 0] = limits;
      if (minimum > most || maximum <= most) memories.push(...limits);
      else memories.push(flags | HAS_MAXIMUM, ...unsignedLeb(minimum), ...unsignedLeb(most));
    }
    return withSection(bytes, { start, end }, SECTION.MEMORY, [memories]);
  }
  return bytes;
}
