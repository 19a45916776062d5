/**
 * Reads the bytes of a file, with checks.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";

/** The longest accepted name, in bytes. The kernel accepts 128 for a name in BTF; mangled symbols are much longer. */
const MAX_NAME_BYTES = 65_535;

/** The average number of names that may share a byte. Tools share suffixes, but names that overlap more could fill the memory. */
const MAX_SHARING = 16;

/** A range of little-endian bytes. A read outside it throws a {@link FormatError} that names the format. */
export class Reader {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  readonly #format: string;
  /** Strings by offset. Many items share a name, and decoding strings is the most expensive step. */
  readonly #strings = new Map<number, string>();
  #stringBytes = 0;

  constructor(bytes: Uint8Array, format: string) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#format = format;
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  u8(offset: number): number {
    this.#check(offset, 1);
    return this.#view.getUint8(offset);
  }

  u16(offset: number): number {
    this.#check(offset, 2);
    return this.#view.getUint16(offset, true);
  }

  u32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getUint32(offset, true);
  }

  i32(offset: number): number {
    this.#check(offset, 4);
    return this.#view.getInt32(offset, true);
  }

  u64(offset: number): bigint {
    this.#check(offset, 8);
    return this.#view.getBigUint64(offset, true);
  }

  /** A 64-bit offset or size as a number. @throws {FormatError} when it is larger than any file, 2^53 or more. */
  size(offset: number): number {
    this.#check(offset, 8);
    const value = this.#view.getUint32(offset + 4, true) * 2 ** 32 + this.#view.getUint32(offset, true);
    if (value > Number.MAX_SAFE_INTEGER) this.fail(`the size or offset at byte ${offset} is ${this.u64(offset)}`);
    return value;
  }

  /** The `sizeBytes` bytes at `offset`, aliased. */
  slice(offset: number, sizeBytes: number): Uint8Array {
    this.#check(offset, sizeBytes);
    return this.bytes.subarray(offset, offset + sizeBytes);
  }

  /** The NUL-terminated string at `offset`. */
  string(offset: number): string {
    const known = this.#strings.get(offset);
    if (known !== undefined) return known;
    this.#check(offset, 1);
    const string = this.#shortString(offset) ?? this.#longString(offset);
    this.#strings.set(offset, string);
    return string;
  }

  /** Reads a short ASCII string, which nearly all names are. A call of the decoder takes ten times as long. */
  #shortString(offset: number): string | undefined {
    const bytes = this.bytes;
    let text = "";
    for (let at = offset; text.length <= MAX_SHORT_BYTES; at++) {
      const byte = bytes[at] ?? 0x80;
      if (byte >= 0x80) return undefined;
      if (byte === 0) break;
      text += String.fromCharCode(byte);
    }
    if (text.length > MAX_SHORT_BYTES) return undefined;
    this.#count(text.length);
    return text;
  }

  #longString(offset: number): string {
    const rest = this.bytes.subarray(offset, offset + MAX_NAME_BYTES + 1);
    const end = rest.indexOf(0);
    if (end < 0) this.fail(`no end of the string at byte ${offset}`);
    this.#count(end);
    return (decoder ??= new TextDecoder("utf-8", { ignoreBOM: true })).decode(rest.subarray(0, end));
  }

  #count(stringBytes: number): void {
    this.#stringBytes += stringBytes;
    if (this.#stringBytes > MAX_SHARING * this.sizeBytes + MAX_NAME_BYTES) this.fail("its names overlap too much");
  }

  /** @throws {FormatError} always. */
  fail(problem: string): never {
    throw new FormatError(this.#format, problem);
  }

  #check(offset: number, sizeBytes: number): void {
    const total = this.bytes.length;
    if (sizeBytes > total || offset < 0 || offset > total - sizeBytes) {
      this.fail(`${sizeBytes} bytes at ${offset} are outside its ${total} bytes`);
    }
  }
}

let decoder: TextDecoder | undefined;

const MAX_SHORT_BYTES = 128;
