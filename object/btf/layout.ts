/**
 * Sizes and alignments of types, and offsets of members.
 *
 * There are two layouts: the kernel side's (64-bit BPF, recorded in BTF), and a C compiler's for the same declarations on wasm32,
 * where `long` and pointers have 4 bytes.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import type { Btf } from "./btf.ts";
import { innermostFirst } from "./containment.ts";
import type { BtfInt, BtfMember, BtfStruct, BtfType, TypeId } from "./types.ts";

/** The largest size of a type: a map value has fewer than 2^32 bytes. */
const MAX_SIZE = 0xffff_ffff;

/** The machine that a layout is for. */
export type Target = "bpf" | "wasm32";

/** Size and alignment of a type. */
export interface TypeLayout {
  readonly sizeBytes: number;
  /** A power of two. BTF does not record alignment attributes, so they do not count here. */
  readonly alignBytes: number;
}

/** Layout of a struct or union. */
export interface StructLayout extends TypeLayout {
  /** Bit offset of each member, in their order. */
  readonly bitOffsets: readonly number[];
  /** True when its members lie closer together than their alignment allows. */
  readonly packed: boolean;
}

/** The layouts of one object's types for one target. Each is computed once. */
export class Layouts {
  readonly #btf: Btf;
  readonly #target: Target;
  readonly #known = new Map<TypeId, TypeLayout>();
  readonly #structs = new Map<TypeId, StructLayout>();
  /** The kernel side's layouts; this object itself when its target is the kernel side. */
  readonly #kernel: Layouts;

  constructor(btf: Btf, target: Target) {
    this.#btf = btf;
    this.#target = target;
    this.#kernel = target === "bpf" ? this : new Layouts(btf, "bpf");
  }

  /**
   * Size and alignment of any type that can be a variable or a member.
   *
   * @throws {FormatError} for functions, void, undefined structs, and types that contain themselves.
   */
  of(id: TypeId): TypeLayout {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    // Inner types come first, so that the layout of every part is already known.
    for (const part of innermostFirst(this.#btf, id, (part) => this.#known.has(part))) {
      if (part === id || !isUnknown(this.#btf, part)) this.#known.set(part, this.#compute(this.#btf.resolve(part)));
    }
    return this.of(id);
  }

  /** The offsets of the members of `struct`. @throws {FormatError} as {@link of} does. */
  ofStruct(struct: BtfStruct): StructLayout {
    let layout = this.#structs.get(struct.id);
    if (layout === undefined) {
      layout = this.#target === "bpf" ? this.#recorded(struct) : this.#placed(struct);
      this.#structs.set(struct.id, layout);
    }
    return layout;
  }

  #compute(type: BtfType): TypeLayout {
    switch (type.kind) {
      case "int":
        return scalar(this.#target === "wasm32" && isLong(type) ? 4 : type.sizeBytes);
      case "float":
      case "enum":
        return scalar(type.sizeBytes);
      case "ptr":
        return scalar(this.#target === "wasm32" ? 4 : 8);
      case "array": {
        const element = this.of(type.element);
        const sizeBytes = element.sizeBytes * type.length;
        if (sizeBytes > MAX_SIZE) throw new FormatError("BTF", `array type ${type.id} has ${sizeBytes} bytes`);
        return { sizeBytes, alignBytes: element.alignBytes };
      }
      case "struct":
      case "union":
        return this.ofStruct(type);
      default:
        throw new FormatError("BTF", `type ${type.id} (${type.kind} "${type.name}") has no size`);
    }
  }

  /** The layout in BTF. Only the alignment is computed. */
  #recorded(struct: BtfStruct): StructLayout {
    let alignBytes = 1;
    let packed = false;
    for (const member of struct.members) {
      if (isUnknown(this.#btf, member.type)) continue;
      const layout = this.of(member.type);
      checkMember(struct, member, layout);
      alignBytes = Math.max(alignBytes, layout.alignBytes);
      packed ||= isMisplaced(member, layout);
    }
    packed ||= struct.sizeBytes % alignBytes !== 0;
    return {
      sizeBytes: struct.sizeBytes,
      alignBytes: packed ? 1 : alignBytes,
      bitOffsets: struct.members.map((member) => member.bitOffset),
      packed,
    };
  }

  /**
   * A C compiler's layout of the same declaration, packed if the kernel side is packed. BTF records neither alignment attributes nor
   * unnamed bit-fields: where they were used, this is a guess.
   */
  #placed(struct: BtfStruct): StructLayout {
    const { packed } = this.#kernel.ofStruct(struct);
    const bitOffsets: number[] = [];
    let alignBytes = 1;
    let end = 0;
    let largest = 0;
    for (const member of struct.members) {
      const layout = isUnknown(this.#btf, member.type) ? { sizeBytes: 0, alignBytes: 1 } : this.of(member.type);
      const cursor = struct.kind === "union" ? 0 : end;
      const at = place(cursor, member, layout, packed);
      bitOffsets.push(at);
      end = at + (member.bitSize || layout.sizeBytes * 8);
      largest = Math.max(largest, end);
      if (!packed) alignBytes = Math.max(alignBytes, layout.alignBytes);
    }
    return { sizeBytes: roundUp(Math.ceil(largest / 8), alignBytes), alignBytes, bitOffsets, packed };
  }
}

/** True for a type that BTF cannot express: clang writes void for the type of an `_Atomic` member or variable. */
export function isUnknown(btf: Btf, id: TypeId): boolean {
  return btf.resolve(id).kind === "void";
}

/** True for C's `long`, which has 4 bytes on wasm32. */
function isLong(type: BtfInt): boolean {
  return type.sizeBytes === 8 && /^(unsigned )?long( unsigned)?( int)?$/.test(type.name);
}

/** `value` rounded up to a multiple of `multiple`. */
export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function scalar(sizeBytes: number): TypeLayout {
  // BTF allows odd sizes (a 3-byte integer); those have no alignment.
  const alignBytes = [1, 2, 4, 8, 16].includes(sizeBytes) ? sizeBytes : 1;
  return { sizeBytes, alignBytes };
}

/** The offset of a member when the ones before it end at bit `cursor`. */
function place(cursor: number, member: BtfMember, { sizeBytes, alignBytes }: TypeLayout, packed: boolean): number {
  if (member.bitSize === 0) return roundUp(cursor, packed ? 8 : alignBytes * 8);
  if (packed) return cursor;
  // A bit-field does not cross a boundary of its type.
  const unit = sizeBytes * 8;
  const crosses = Math.floor(cursor / unit) !== Math.floor((cursor + member.bitSize - 1) / unit);
  return crosses ? roundUp(cursor, unit) : cursor;
}

function isMisplaced({ bitOffset, bitSize }: BtfMember, { sizeBytes, alignBytes }: TypeLayout): boolean {
  if (bitSize === 0) return bitOffset % (alignBytes * 8) !== 0;
  const unit = sizeBytes * 8;
  return Math.floor(bitOffset / unit) !== Math.floor((bitOffset + bitSize - 1) / unit);
}

function checkMember(struct: BtfStruct, { name, bitOffset, bitSize }: BtfMember, { sizeBytes }: TypeLayout): void {
  const where = `member "${name}" of type ${struct.id}`;
  if (bitSize > sizeBytes * 8) throw new FormatError("BTF", `${where} has ${bitSize} bits of ${sizeBytes * 8}`);
  if (bitSize === 0 && bitOffset % 8 !== 0) throw new FormatError("BTF", `${where} begins within a byte`);
  const end = Math.ceil((bitOffset + (bitSize || sizeBytes * 8)) / 8);
  if (end > struct.sizeBytes) {
    throw new FormatError("BTF", `${where} ends at byte ${end} of ${struct.sizeBytes}`);
  }
}
