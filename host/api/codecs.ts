/**
 * Codecs: each reads and writes values of one C type, in the kernel's layout and in little-endian order. Code of
 * `wasm-bpf gen --lang typescript` combines them into those of structs.
 *
 * Numbers of up to 32 bits are `number`, those of 64 bits `bigint`. A write of a number that the type cannot hold throws a RangeError.
 *
 * @module
 */

import { bits, wideBits } from "./bit_codecs.ts";
import { checked, checkedWide, type Codec } from "./codec.ts";

export type { BitPlace } from "./bit_codecs.ts";
export type { Codec } from "./codec.ts";

/** The value at the beginning of `bytes`. @throws {RangeError} when they are too few. */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array): T {
  if (bytes.length < codec.sizeBytes) {
    throw new RangeError(`Cannot decode ${bytes.length} bytes: the type has ${codec.sizeBytes}`);
  }
  return codec.read(new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), 0);
}

/** The bytes of a value. @throws {RangeError} for a value that the type cannot hold. */
export function encode<T>(codec: Codec<T>, value: T): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(codec.sizeBytes);
  codec.write(new DataView(bytes.buffer), 0, value);
  return bytes;
}

/** `unsigned char`, `__u8`. */
export const u8: Codec<number> = {
  sizeBytes: 1,
  read: (view, at) => view.getUint8(at),
  write: (view, at, value) => view.setUint8(at, checked(value, 0, 0xff)),
};

/** `signed char`, and a single `char`. */
export const i8: Codec<number> = {
  sizeBytes: 1,
  read: (view, at) => view.getInt8(at),
  write: (view, at, value) => view.setInt8(at, checked(value, -0x80, 0x7f)),
};

/** `__u16`. */
export const u16: Codec<number> = {
  sizeBytes: 2,
  read: (view, at) => view.getUint16(at, true),
  write: (view, at, value) => view.setUint16(at, checked(value, 0, 0xffff), true),
};

/** `__s16`. */
export const i16: Codec<number> = {
  sizeBytes: 2,
  read: (view, at) => view.getInt16(at, true),
  write: (view, at, value) => view.setInt16(at, checked(value, -0x8000, 0x7fff), true),
};

/** `__u32`. */
export const u32: Codec<number> = {
  sizeBytes: 4,
  read: (view, at) => view.getUint32(at, true),
  write: (view, at, value) => view.setUint32(at, checked(value, 0, 0xffff_ffff), true),
};

/** `__s32`. */
export const i32: Codec<number> = {
  sizeBytes: 4,
  read: (view, at) => view.getInt32(at, true),
  write: (view, at, value) => view.setInt32(at, checked(value, -0x8000_0000, 0x7fff_ffff), true),
};

/** `__u64`, and addresses of the kernel. */
export const u64: Codec<bigint> = {
  sizeBytes: 8,
  read: (view, at) => view.getBigUint64(at, true),
  write: (view, at, value) => view.setBigUint64(at, checkedWide(value, BigInt.asUintN(64, value)), true),
};

/** `__s64`. */
export const i64: Codec<bigint> = {
  sizeBytes: 8,
  read: (view, at) => view.getBigInt64(at, true),
  write: (view, at, value) => view.setBigInt64(at, checkedWide(value, BigInt.asIntN(64, value)), true),
};

/** `float`. */
export const f32: Codec<number> = {
  sizeBytes: 4,
  read: (view, at) => view.getFloat32(at, true),
  write: (view, at, value) => view.setFloat32(at, value, true),
};

/** `double`. */
export const f64: Codec<number> = {
  sizeBytes: 8,
  read: (view, at) => view.getFloat64(at, true),
  write: (view, at, value) => view.setFloat64(at, value, true),
};

/** `bool`: true for every byte but 0. */
export const bool: Codec<boolean> = {
  sizeBytes: 1,
  read: (view, at) => view.getUint8(at) !== 0,
  write: (view, at, value) => view.setUint8(at, value ? 1 : 0),
};

/** The key of queues and stacks, which have none. */
export const nothing: Codec<undefined> = { sizeBytes: 0, read: () => undefined, write: () => {} };

/** An array of `length` elements. */
export function array<T>(element: Codec<T>, length: number): Codec<T[]> {
  const { sizeBytes } = element;
  return strided(element, { length, sizeBytes: sizeBytes * length, stride: sizeBytes });
}

/** The values of an element of a per-CPU map, one for each possible CPU. @param elementBytes the size of all. */
export function perCpu<T>(value: Codec<T>, elementBytes: number): Codec<T[]> {
  const stride = Math.ceil(value.sizeBytes / 8) * 8;
  return strided(value, { length: stride === 0 ? 0 : elementBytes / stride, sizeBytes: elementBytes, stride });
}

function strided<T>(
  element: Codec<T>,
  { length, sizeBytes, stride }: { length: number; sizeBytes: number; stride: number },
): Codec<T[]> {
  return {
    sizeBytes,
    read(view, at) {
      const values: T[] = [];
      for (let i = 0; i < length; i++) values.push(element.read(view, at + i * stride));
      return values;
    },
    write(view, at, values) {
      if (values.length !== length) throw new RangeError(`Cannot encode ${values.length} elements: not ${length}`);
      if (stride !== element.sizeBytes) clear(view, at, sizeBytes);
      values.forEach((value, i) => element.write(view, at + i * stride, value));
    },
  };
}

/** Bytes without a structure. */
export function bytes(length: number): Codec<Uint8Array> {
  return {
    sizeBytes: length,
    read: (view, at) => viewBytes(view, at, length).slice(),
    write(view, at, value) {
      if (value.length !== length) throw new RangeError(`Cannot encode ${value.length} bytes: not ${length}`);
      viewBytes(view, at, length).set(value);
    },
  };
}

/** The length of a text from which the decoder is faster. */
const SHORT_TEXT = 64;

const DECODER = new TextDecoder();
const ENCODER = new TextEncoder();

/**
 * `char[length]`: the text before the first NUL, or of all bytes. Bytes that are not UTF-8 are replaced. A text may fill the array, which
 * then has no NUL.
 */
export function text(length: number): Codec<string> {
  return {
    sizeBytes: length,
    read(view, at) {
      checkRange(view, at, length);
      // Names are short and ASCII. A loop reads those in a sixth of the decoder's time (140 ns against 890, "bash" of 16 bytes).
      let ascii = "";
      for (let i = 0; i < length; i++) {
        const char = view.getUint8(at + i);
        if (char === 0) return ascii;
        if (char >= 0x80 || i === SHORT_TEXT) break;
        ascii += String.fromCharCode(char);
      }
      if (ascii.length === length) return ascii;
      const chars = viewBytes(view, at, length);
      const end = chars.indexOf(0);
      return DECODER.decode(end < 0 ? chars : chars.subarray(0, end));
    },
    write(view, at, value) {
      const chars = ENCODER.encode(value);
      if (chars.length > length) {
        throw new RangeError(`Cannot encode ${JSON.stringify(value)}: it has ${chars.length} bytes of ${length}`);
      }
      clear(view, at, length);
      viewBytes(view, at, length).set(chars);
    },
  };
}

/** Sets bytes to 0. */
export function clear(view: DataView, at: number, sizeBytes: number): void {
  viewBytes(view, at, sizeBytes).fill(0);
}

/**
 * The codecs of C's types, and functions that combine and use them.
 *
 * @example
 * ```ts
 * import { codecs } from "@wasm-bpf/wasm-bpf";
 *
 * const { array, decode, encode, text, u32 } = codecs;
 * console.log(encode(u32, 258), decode(text(16), encode(text(16), "runqlat")), encode(array(u32, 2), [1, 2]));
 * ```
 */
export const codecs = {
  u8,
  i8,
  u16,
  i16,
  u32,
  i32,
  u64,
  i64,
  f32,
  f64,
  bool,
  nothing,
  array,
  perCpu,
  bytes,
  text,
  bits,
  wideBits,
  clear,
  decode,
  encode,
} as const;

/** Bytes of `view`, aliased. @throws {RangeError} when the view ends before them. */
function viewBytes(view: DataView, at: number, length: number): Uint8Array {
  checkRange(view, at, length);
  return new Uint8Array(view.buffer, view.byteOffset + at, length);
}

function checkRange(view: DataView, at: number, length: number): void {
  if (at + length > view.byteLength) throw new RangeError(`Cannot use ${length} bytes at ${at}: outside the view`);
}
