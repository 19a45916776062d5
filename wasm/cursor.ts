/**
 * Reads the bytes of a module in sequence.
 *
 * @see https://webassembly.github.io/spec/core/binary/values.html how numbers and names are encoded
 * @module
 */

import { FormatError } from "../errors/mod.ts";

/** Created at first use. Creation takes 0.4 ms, longer than reading a module, and most names are ASCII. */
let decoder: TextDecoder | undefined;

/** A position in a range of bytes. A read past its end throws a {@link FormatError}. */
export class Cursor {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** True after the last byte. */
  get atEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The number of bytes in the range. */
  get sizeBytes(): number {
    return this.#bytes.length;
  }

  /** The offset of the next byte. */
  get at(): number {
    return this.#at;
  }

  /** A second cursor on the same bytes. */
  from(at: number): Cursor {
    const cursor = new Cursor(this.#bytes);
    cursor.#at = at;
    return cursor;
  }

  /** The next byte. */
  byte(): number {
    return this.#bytes[this.#at++] ?? this.fail("it ends too early");
  }

  /** The next byte, without moving past it. */
  peek(): number | undefined {
    return this.#bytes[this.#at];
  }

  /** Aliases the bytes from `start` to `end`, which this cursor has passed. */
  slice(start: number, end: number): Uint8Array {
    return this.#bytes.subarray(start, end);
  }

  /** Aliases the next `count` bytes. */
  bytes(count: number): Uint8Array {
    if (count > this.#bytes.length - this.#at) {
      this.fail(`${count} bytes at ${this.#at} are outside its ${this.sizeBytes} bytes`);
    }
    const bytes = this.#bytes.subarray(this.#at, this.#at + count);
    this.#at += count;
    return bytes;
  }

  /** An unsigned LEB128 number of up to 32 bits. */
  u32(): number {
    const value = this.#unsigned(5);
    return value <= 0xffff_ffff ? value : this.fail("a number of more than 32 bits");
  }

  /** An unsigned LEB128 number of up to 64 bits, as in limits with 64-bit addresses. It is not exact beyond 2^53. */
  u64(): number {
    return this.#unsigned(10);
  }

  /** A signed LEB128 number of up to 32 bits. */
  s32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return shift < 25 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value;
    }
    return this.fail("a number of more than 5 bytes");
  }

  /** A signed LEB128 number of up to 64 bits. */
  s64(): bigint {
    let value = 0n;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(shift);
      if (byte < 0x80) return BigInt.asIntN(Math.min(shift + 7, 64), value);
    }
    return this.fail("a number of more than 10 bytes");
  }

  /** A name: its size in bytes, and UTF-8 text. */
  name(): string {
    const size = this.u32();
    const from = this.#at;
    const bytes = this.#bytes;
    if (size > bytes.length - from) this.fail("a name ends too late");
    this.#at = from + size;
    let text = "";
    for (let at = from; at < from + size; at++) {
      const byte = bytes[at] ?? 0;
      if (byte >= 0x80) return (decoder ??= new TextDecoder()).decode(bytes.subarray(from, from + size));
      text += String.fromCharCode(byte);
    }
    return text;
  }

  /** The name at the cursor, without moving past it. */
  peekName(): string {
    return this.from(this.#at).name();
  }

  /** A count, and that many items. Each item takes at least a byte, so a false count soon reaches the end. */
  vector<T>(item: () => T): T[] {
    const count = this.u32();
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(item());
    return items;
  }

  /** @throws {FormatError} always. */
  fail(problem: string): never {
    throw new FormatError("WebAssembly", problem);
  }

  #unsigned(maxBytes: number): number {
    const first = this.byte();
    if (first < 0x80) return first;
    let value = first & 0x7f;
    for (let i = 1; i < maxBytes; i++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * i);
      if (byte < 0x80) return value;
    }
    return this.fail(`a number of more than ${maxBytes} bytes`);
  }
}
