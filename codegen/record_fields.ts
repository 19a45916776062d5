/**
 * Fills the records of the model: bytes for bit-fields, fields for gaps, and the alignment.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import type { BtfMember } from "../object/btf/types.ts";
import { alignOf, type ModelField, type ModelType } from "./model.ts";
import type { UniqueNames } from "./unique_names.ts";

/** An array of bytes. */
export function bytesType(length: number): ModelType {
  return { kind: "array", element: { kind: "int", sizeBytes: 1, signed: false, isChar: false }, length };
}

/** Bytes that hold bit-fields, which share no byte with other members. */
export interface BitRun {
  readonly start: number;
  end: number;
  readonly members: BtfMember[];
}

/** The named bit-fields. Those of more than 64 bits are left out, because languages have no number for them. */
function namedBits(members: readonly BtfMember[]): BtfMember[] {
  return members.filter(({ bitSize, name }) => bitSize > 0 && bitSize <= 64 && name !== "");
}

/** Named bit-fields of a struct, with those of a run in the same or in adjacent bytes. A run has 8 bytes at most if possible. */
export function bitRuns(members: readonly BtfMember[]): BitRun[] {
  const runs: BitRun[] = [];
  const sorted = namedBits(members).sort((a, b) => a.bitOffset - b.bitOffset);
  for (const member of sorted) {
    const [start, end] = [Math.floor(member.bitOffset / 8), Math.ceil((member.bitOffset + member.bitSize) / 8)];
    const last = runs.at(-1);
    const sharesByte = last !== undefined && start < last.end;
    const isAdjacent = last !== undefined && start === last.end && end - last.start <= 8;
    if (last !== undefined && (sharesByte || isAdjacent)) {
      last.end = Math.max(last.end, end);
      last.members.push(member);
    } else {
      runs.push({ start, end, members: [member] });
    }
  }
  return runs;
}

/** All bit-fields of a union begin at its first bit. */
export function unionBits(members: readonly BtfMember[]): BitRun[] {
  const fields = namedBits(members);
  const bits = fields.reduce((most, { bitSize }) => Math.max(most, bitSize), 0);
  return fields.length === 0 ? [] : [{ start: 0, end: Math.ceil(bits / 8), members: fields }];
}

/** A union that is larger than its members gets a field of its whole size. */
export function unionFields(fields: readonly ModelField[], sizeBytes: number): ModelField[] {
  if (fields.some((field) => field.sizeBytes === sizeBytes)) return [...fields];
  return [...fields, { name: "_pad0", offset: 0, sizeBytes, type: bytesType(sizeBytes), role: "gap" }];
}

/** Fills the gaps between fields, and at the end. @throws {FormatError} if fields overlap. */
export function withGaps(
  placed: readonly ModelField[],
  { sizeBytes, names, what }: { sizeBytes: number; names: UniqueNames; what: string },
): ModelField[] {
  const fields: ModelField[] = [];
  let end = 0;
  const fill = (to: number) => {
    if (to <= end) return;
    const gap = { name: names.take(`_pad${end}`), offset: end, sizeBytes: to - end, type: bytesType(to - end) };
    fields.push({ ...gap, role: "gap" });
  };
  for (const field of placed) {
    // The kernel marks places among bit-fields with arrays of length 0.
    if (field.sizeBytes === 0 && field.offset < end) continue;
    if (field.offset < end) throw new FormatError("BTF", `members of "${what}" overlap at byte ${field.offset}`);
    fill(field.offset);
    fields.push(field);
    end = field.offset + field.sizeBytes;
  }
  fill(sizeBytes);
  return fields;
}

/** The alignment of a record with these fields, and true if they must be packed. */
export function alignmentOf(
  fields: readonly ModelField[],
  sizeBytes: number,
): { alignBytes: number; isPacked: boolean } {
  const natural = fields.reduce((largest, { type }) => Math.max(largest, alignOf(type)), 1);
  const isPacked = sizeBytes % natural !== 0 || fields.some(({ type, offset }) => offset % alignOf(type) !== 0);
  return { alignBytes: isPacked ? 1 : natural, isPacked };
}
