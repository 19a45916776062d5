/**
 * Padding between the members of the kernel's structs, where BTF shows a gap that a C compiler would not leave.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import type { BtfMember } from "../../object/btf/types.ts";

/** The place after a member. */
interface Place {
  /** The bit after the members before it. */
  readonly end: number;
  /** The alignment of the next member's type, in bits. */
  readonly align: number;
  readonly indent: string;
}

/**
 * Padding before `member`, unless the compiler leaves the same gap for its alignment.
 *
 * @throws {FormatError} when the member overlaps those before it.
 */
export function gapBefore(member: BtfMember, { end, align, indent }: Place): string[] {
  const { name, bitOffset, bitSize } = member;
  if (bitOffset < end) throw new FormatError("BTF", `member "${name}" of a struct overlaps another`);
  const aligned = Math.ceil(end / align) * align;
  // A bit-field does not cross a boundary of its type.
  const crosses = Math.floor(end / align) !== Math.floor((end + bitSize - 1) / align);
  const natural = bitSize === 0 || (crosses && align > 8) ? aligned : end;
  return natural === bitOffset ? [] : padding({ from: end, to: bitOffset, indent });
}

/** The types for padding, by their bits. */
const PADDING_TYPES = [
  { bits: 64, type: "long" },
  { bits: 32, type: "int" },
  { bits: 16, type: "short" },
  { bits: 8, type: "char" },
];

/** The largest gap in bits. Each takes a line for every 64; gaps of the kernel have at most some pages. */
const MAX_GAP = 1 << 23;

/**
 * Unnamed bit-fields for the bits from `from` to `to`. A program's BTF lacks them, so that libbpf finds all members of a struct_ops in
 * the kernel.
 *
 * @throws {FormatError} when they are more than a megabyte.
 */
export function padding({ from, to, indent }: { from: number; to: number; indent: string }): string[] {
  if (to - from > MAX_GAP) throw new FormatError("BTF", `a struct has a gap of ${Math.ceil((to - from) / 8)} bytes`);
  const lines: string[] = [];
  for (let at = from; at < to;) {
    const fitting = PADDING_TYPES.find(({ bits }) => at % bits === 0 && at + bits <= to);
    const { bits, type } = fitting ?? { bits: Math.min(8 - at % 8, to - at), type: "char" };
    lines.push(`${indent}${type}: ${bits};`);
    at += bits;
  }
  return lines;
}
