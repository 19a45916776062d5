/**
 * Removes debug information from an object. A guest contains its object, and neither libbpf nor the kernel reads DWARF.
 *
 * @module
 */

import { type ElfSection, parseElf, SECTION_TYPE } from "./elf.ts";

const SECTION_HEADER_BYTES = 64;
const TABLE_OFFSET = 0x28;
const HEADER_BYTES = 64;

/** Offsets in a section's header. */
const FIELD = { type: 4, offset: 24, size: 32, align: 48 } as const;

/**
 * A copy of the object without the content of its `.debug*` sections and their relocations. These stay in the table as unused entries,
 * so that all indices of sections stay valid.
 *
 * @throws {FormatError} when it is not a BPF object.
 */
export function withoutDebugInfo(object: Uint8Array): Uint8Array<ArrayBuffer> {
  const { sections } = parseElf(object);
  const headers = tableOf(object, sections.length);
  const view = new DataView(headers.buffer);
  const parts: Uint8Array[] = [object.slice(0, HEADER_BYTES)];
  let end = HEADER_BYTES;
  const append = (bytes: Uint8Array, align: number) => {
    const start = Math.ceil(end / align) * align;
    parts.push(new Uint8Array(start - end), bytes);
    end = start + bytes.length;
    return start;
  };
  for (const section of sections) {
    const header = section.index * SECTION_HEADER_BYTES;
    if (isDebug(section)) {
      view.setUint32(header + FIELD.type, 0, true);
      view.setBigUint64(header + FIELD.size, 0n, true);
    }
    const isKept = !isDebug(section) && section.bytes.length > 0;
    const offset = isKept ? append(section.bytes, alignOf(view, header)) : 0;
    if (section.type !== SECTION_TYPE.NOBITS) view.setBigUint64(header + FIELD.offset, BigInt(offset), true);
  }
  const table = append(headers, 8);
  const result = joined(parts, end);
  new DataView(result.buffer).setBigUint64(TABLE_OFFSET, BigInt(table), true);
  return result;
}

function isDebug({ name }: ElfSection): boolean {
  return /^(\.rel|\.rela)?\.debug_/.test(name);
}

function tableOf(object: Uint8Array, count: number): Uint8Array<ArrayBuffer> {
  const view = new DataView(object.buffer, object.byteOffset, object.byteLength);
  const table = Number(view.getBigUint64(TABLE_OFFSET, true));
  return object.slice(table, table + count * SECTION_HEADER_BYTES);
}

/** Compilers write small powers of two. Anything else is damage, which the reader of the object reports. */
function alignOf(view: DataView, header: number): number {
  const align = Number(view.getBigUint64(header + FIELD.align, true));
  return [1, 2, 4, 8, 16, 32, 64].includes(align) ? align : 1;
}

function joined(parts: readonly Uint8Array[], sizeBytes: number): Uint8Array<ArrayBuffer> {
  const result = new Uint8Array(sizeBytes);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
