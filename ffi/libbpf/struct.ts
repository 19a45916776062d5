/**
 * Builds C structs for libbpf and the kernel.
 *
 * @module
 */

import { cString } from "../system/c_string.ts";
import { baseOf } from "../system/pointers.ts";
import { LAYOUT } from "./struct_layouts.ts";

type StructName = keyof typeof LAYOUT;
type FieldName<S extends StructName> = Exclude<keyof (typeof LAYOUT)[S], "size"> & string;

/** Builds a C struct. It keeps the memory that it points to alive, so it must outlive the native call that uses it. */
export class Struct<S extends StructName> {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #layout: Readonly<Record<string, number>>;
  readonly #pointedTo: Uint8Array<ArrayBuffer>[] = [];

  /** A struct of zeros. libbpf's `sz` is set if the struct has it. */
  constructor(name: S) {
    this.#layout = LAYOUT[name];
    this.bytes = new Uint8Array(this.#layout["size"] ?? 0);
    this.#view = new DataView(this.bytes.buffer);
    if (this.#layout["sz"] === 0) this.#view.setBigUint64(0, BigInt(this.bytes.length), true);
  }

  u8(field: FieldName<S>, value: number): this {
    this.#view.setUint8(this.#offset(field), value);
    return this;
  }

  u16(field: FieldName<S>, value: number, options: { littleEndian: boolean } = { littleEndian: true }): this {
    this.#view.setUint16(this.#offset(field), value, options.littleEndian);
    return this;
  }

  i32(field: FieldName<S>, value: number): this {
    this.#view.setInt32(this.#offset(field), value, true);
    return this;
  }

  u64(field: FieldName<S>, value: number): this {
    this.#view.setBigUint64(this.#offset(field), BigInt(value), true);
    return this;
  }

  /** Sets a `const char *`. Undefined leaves it NULL. */
  string(field: FieldName<S>, value: string | undefined): this {
    if (value === undefined) return this;
    const bytes = cString(value);
    this.#pointedTo.push(bytes);
    return this.u64(field, baseOf(bytes));
  }

  /** Sets a `char *` to a buffer that C writes to. The caller keeps it alive as long as C uses it. */
  buffer(field: FieldName<S>, bytes: Uint8Array<ArrayBuffer>): this {
    this.#pointedTo.push(bytes);
    return this.u64(field, baseOf(bytes));
  }

  /** Sets a `const unsigned long *` to an array of these numbers. */
  numbers(field: FieldName<S>, values: readonly number[]): this {
    const bytes = new Uint8Array(new BigUint64Array(values.map(BigInt)).buffer);
    this.#pointedTo.push(bytes);
    return this.u64(field, baseOf(bytes));
  }

  /** The value that the kernel or libbpf wrote into a 32-bit field. */
  readU32(field: FieldName<S>): number {
    return this.#view.getUint32(this.#offset(field), true);
  }

  /** The text of a `char` array, up to its NUL. */
  readText(field: FieldName<S>): string {
    const bytes = this.bytes.subarray(this.#offset(field));
    const end = bytes.indexOf(0);
    return new TextDecoder().decode(end < 0 ? bytes : bytes.subarray(0, end));
  }

  #offset(field: string): number {
    const offset = this.#layout[field];
    if (offset === undefined) throw new TypeError(`Cannot set field "${field}": unknown`);
    return offset;
  }
}
