/**
 * Codecs of bit-fields.
 *
 * @module
 */

import { checked, checkedWide, type Codec } from "./codec.ts";

/**
 * The place of a bit-field in the bytes that it shares with others.
 *
 * @example
 * ```ts
 * import { type BitPlace, codecs } from "@wasm-bpf/wasm-bpf";
 *
 * // `unsigned int low : 3, middle : 12;`: the second one.
 * const place: BitPlace = { shift: 3, count: 12, signed: false };
 * const middle = codecs.bits(place);
 * console.log(middle.read(new DataView(Uint8Array.of(0b10101_010, 0).buffer), 0));
 * ```
 */
export interface BitPlace {
  /** The lowest bit, counted from the lowest bit of the first byte. */
  readonly shift: number;
  /** The number of bits. */
  readonly count: number;
  /** True if the highest bit is the sign. */
  readonly signed: boolean;
}

/** A bit-field of more than 32 bits. A write keeps the other bits. `sizeBytes` is 0: others share its bytes. */
export function wideBits({ shift, count, signed }: BitPlace): Codec<bigint> {
  const mask = (1n << BigInt(count)) - 1n;
  const first = Math.floor(shift / 8);
  const last = Math.floor((shift + count - 1) / 8);
  const low = BigInt(shift % 8);
  const all = (view: DataView, at: number) => {
    let value = 0n;
    for (let i = last; i >= first; i--) value = value << 8n | BigInt(view.getUint8(at + i));
    return value;
  };
  return {
    sizeBytes: 0,
    read(view, at) {
      const value = all(view, at) >> low & mask;
      return signed ? BigInt.asIntN(count, value) : value;
    },
    write(view, at, value) {
      checkedWide(value, signed ? BigInt.asIntN(count, value) : BigInt.asUintN(count, value));
      let rest = all(view, at) & ~(mask << low) | (value & mask) << low;
      for (let i = first; i <= last; i++, rest >>= 8n) view.setUint8(at + i, Number(rest & 0xffn));
    },
  };
}

/** A bit-field of 32 bits or fewer; see {@link wideBits}. Its five bytes at most are a number, which is faster than a bigint. */
export function bits({ shift, count, signed }: BitPlace): Codec<number> {
  const [first, last] = [Math.floor(shift / 8), Math.floor((shift + count - 1) / 8)];
  const [unit, limit] = [2 ** (shift % 8), 2 ** count];
  const half = signed ? limit / 2 : limit;
  const all = (view: DataView, at: number) => {
    let value = 0;
    for (let i = last; i >= first; i--) value = value * 256 + view.getUint8(at + i);
    return value;
  };
  const unsigned = (value: number) => Math.floor(value / unit) % limit;
  return {
    sizeBytes: 0,
    read(view, at) {
      const value = unsigned(all(view, at));
      return value < half ? value : value - limit;
    },
    write(view, at, value) {
      checked(value, half - limit, half - 1);
      const old = all(view, at);
      let rest = old + ((value < 0 ? value + limit : value) - unsigned(old)) * unit;
      for (let i = first; i <= last; i++, rest = Math.floor(rest / 256)) view.setUint8(at + i, rest % 256);
    },
  };
}
