/**
 * Bytes to values, by their type: for output as JSON and for people.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import type { Btf } from "./btf/btf.ts";
import { Layouts } from "./btf/layout.ts";
import type { BtfEnum, BtfInt, BtfMember, BtfStruct, BtfType, TypeId } from "./btf/types.ts";

/** A decoded value. Numbers that a double cannot hold are BigInts. */
export type Value = number | bigint | string | boolean | null | Value[] | { [name: string]: Value };

/** Values within each other. */
const MAX_DEPTH = 64;

/** Decodes values of the types of one object. */
export class Decoder {
  readonly #btf: Btf;
  readonly #layouts: Layouts;
  readonly #text = new TextDecoder();

  /** @param layouts those of the kernel side. */
  constructor(btf: Btf, layouts: Layouts = new Layouts(btf, "bpf")) {
    this.#btf = btf;
    this.#layouts = layouts;
  }

  /**
   * The value of type `id` at the start of `bytes`.
   *
   * Structs and unions become objects (members of anonymous ones belong to the one around them), arrays of `char` strings up
   * to their NUL, enums the name of their constant (a number where it has none), pointers BigInts.
   *
   * @throws {RangeError} when there are too few bytes.
   * @throws {FormatError} when the type cannot be that of a value.
   */
  decode(id: TypeId, bytes: Uint8Array): Value {
    const { sizeBytes } = this.#layouts.of(id);
    if (bytes.length < sizeBytes) {
      throw new RangeError(`Cannot decode ${bytes.length} bytes: the type has ${sizeBytes}`);
    }
    return this.#value(id, new DataView(bytes.buffer, bytes.byteOffset, sizeBytes), 0, 0);
  }

  #value(id: TypeId, data: DataView, at: number, depth: number): Value {
    if (depth > MAX_DEPTH) throw new FormatError("BTF", `type ${id} is nested too deeply`);
    const type = this.#btf.resolve(id);
    switch (type.kind) {
      case "int":
        return readInt(type, readBits(data, at * 8, type.sizeBytes * 8, type.signed));
      case "enum":
        return readEnum(type, readBits(data, at * 8, type.sizeBytes * 8, type.signed));
      case "ptr":
        return data.getBigUint64(at, true);
      case "float":
        return type.sizeBytes === 4
          ? data.getFloat32(at, true)
          : type.sizeBytes === 8
          ? data.getFloat64(at, true)
          : null;
      case "array":
        return this.#array(type.element, type.length, data, at, depth);
      case "struct":
      case "union":
        return this.#struct(type, data, at, depth);
      default:
        throw new FormatError("BTF", `type ${id} (${type.kind}) has no values`);
    }
  }

  #array(element: TypeId, length: number, data: DataView, at: number, depth: number): Value {
    const type = this.#btf.resolve(element);
    if (isChar(type)) {
      const bytes = new Uint8Array(data.buffer, data.byteOffset + at, length);
      const end = bytes.indexOf(0);
      return this.#text.decode(end < 0 ? bytes : bytes.subarray(0, end));
    }
    const { sizeBytes } = this.#layouts.of(element);
    // Elements without size could be any number.
    if (sizeBytes === 0) return [];
    return Array.from({ length }, (_, i) => this.#value(element, data, at + i * sizeBytes, depth + 1));
  }

  #struct(struct: BtfStruct, data: DataView, at: number, depth: number): { [name: string]: Value } {
    const result: { [name: string]: Value } = Object.create(null);
    for (const member of struct.members) {
      const value = this.#member(member, data, at, depth);
      if (member.name !== "") result[member.name] = value;
      else if (typeof value === "object" && value !== null && !Array.isArray(value)) Object.assign(result, value);
    }
    return result;
  }

  #member({ type: id, bitOffset, bitSize }: BtfMember, data: DataView, at: number, depth: number): Value {
    if (bitSize === 0) return this.#value(id, data, at + bitOffset / 8, depth + 1);
    const type = this.#btf.resolve(id);
    const isSigned = (type.kind === "int" || type.kind === "enum") && type.signed;
    const bits = readBits(data, at * 8 + bitOffset, bitSize, isSigned);
    if (type.kind === "enum") return readEnum(type, bits);
    return type.kind === "int" ? readInt(type, bits) : number(bits);
  }
}

/** `width` bits from bit `from` on, little-endian. */
function readBits(data: DataView, from: number, width: number, signed: boolean): bigint {
  let value = 0n;
  const last = Math.ceil((from + width) / 8) - 1;
  for (let at = last; at >= Math.floor(from / 8); at--) value = (value << 8n) | BigInt(data.getUint8(at));
  value >>= BigInt(from % 8);
  return signed ? BigInt.asIntN(width, value) : BigInt.asUintN(width, value);
}

function readInt(type: BtfInt, bits: bigint): Value {
  return type.bool ? bits !== 0n : number(bits);
}

function readEnum(type: BtfEnum, bits: bigint): Value {
  return type.values.find(({ value }) => value === bits)?.name ?? number(bits);
}

function number(value: bigint): number | bigint {
  return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(value) : value;
}

function isChar(type: BtfType): boolean {
  return type.kind === "int" && type.sizeBytes === 1 && (type.char || type.name === "char");
}
