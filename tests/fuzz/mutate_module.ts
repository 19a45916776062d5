/**
 * Mutates WebAssembly modules: their sections, the numbers in them, and bytes.
 *
 * @module
 */

import type { Random } from "../../object/testdata/damage.ts";
import { readSections } from "../../wasm/sections.ts";
import { unsignedLeb } from "../../wasm/write_section.ts";

const HEADER_BYTES = 8;

/** Values of LEB128 numbers that readers often handle badly. */
const NASTY = [0, 1, 2, 0x7f, 0x80, 0xff, 0x3fff, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff];

/** A damaged copy of a valid module. */
export function mutateModule(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  const parts = [...readSections(bytes)].map(({ id, end, content }) => ({
    id,
    content: bytes.slice(end - content.sizeBytes, end),
  }));
  const changes = 1 + random.below(3);
  for (let i = 0; i < changes; i++) {
    const at = random.below(parts.length);
    const part = parts[at];
    if (part === undefined) continue;
    switch (random.below(12)) {
      case 0:
        parts.splice(at, 1);
        break;
      case 1:
        parts.splice(random.below(parts.length), 0, part);
        break;
      case 2:
        parts[at] = { ...part, id: random.below(15) };
        break;
      default:
        parts[at] = { ...part, content: mutateContent(part.content, random) };
    }
  }
  const written = parts.flatMap(({ id, content }) => [Uint8Array.of(id, ...sizeOf(content, random)), content]);
  return join([bytes.subarray(0, HEADER_BYTES), ...written]);
}

/** The size of a section, rarely a wrong one. */
function sizeOf(content: Uint8Array, random: Random): number[] {
  const wrong = random.below(60) === 0 ? random.below(9) - 4 : 0;
  return unsignedLeb(Math.max(0, content.length + wrong));
}

function mutateContent(content: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  if (content.length === 0) return Uint8Array.of(random.below(256));
  // The beginning of a section decides most.
  const at = random.below(random.below(2) === 0 ? Math.min(64, content.length) : content.length);
  switch (random.below(6)) {
    case 0:
      return replace(content, { at, removed: 1, added: [random.below(256)] });
    case 1:
      return replace(content, { at, removed: 1, added: [(content[at] ?? 0) ^ 1 << random.below(8)] });
    case 2:
      return replace(content, { at, removed: 1, added: unsignedLeb(NASTY[random.below(NASTY.length)] ?? 0) });
    case 3:
      return replace(content, { at, removed: 0, added: content.subarray(at, at + 1 + random.below(30)) });
    case 4:
      return replace(content, { at, removed: 1 + random.below(20), added: [] });
    default:
      return replace(content, { at, removed: 1, added: [(content[at] ?? 0) + random.below(5) - 2] });
  }
}

function replace(
  content: Uint8Array,
  { at, removed, added }: { at: number; removed: number; added: ArrayLike<number> },
): Uint8Array<ArrayBuffer> {
  return join([content.subarray(0, at), Uint8Array.from(added), content.subarray(at + removed)]);
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}
