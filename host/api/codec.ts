/**
 * The interface of codecs, and the checks of those of numbers.
 *
 * @module
 */

/**
 * Reads and writes values of one type.
 *
 * @example
 * ```ts
 * import { type Codec, codecs } from "@wasm-bpf/wasm-bpf";
 *
 * const pair: Codec<number[]> = codecs.array(codecs.u32, 2);
 * console.log(codecs.decode(pair, codecs.encode(pair, [1, 2])));
 * ```
 */
export interface Codec<T> {
  /** The size of a value in bytes. */
  readonly sizeBytes: number;
  /** The value at byte `at`. @throws {RangeError} when the view ends before it. */
  read(view: DataView, at: number): T;
  /** Sets every byte of the value at byte `at`; gaps become 0. @throws {RangeError} for a value that the type cannot hold. */
  write(view: DataView, at: number, value: T): void;
}

/** Returns a number. @throws {RangeError} when it is not an integer in the range. */
export function checked(value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`Cannot encode ${value}: not an integer from ${min} to ${max}`);
}

/** Returns a number. @throws {RangeError} when `cut`, its lowest bits, is another one. */
export function checkedWide(value: bigint, cut: bigint): bigint {
  if (cut === value) return value;
  throw new RangeError(`Cannot encode ${value}: the type has too few bits`);
}
