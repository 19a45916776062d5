/** The encoding of numbers in modules. @module */

/** LEB128 of a number from 0 to 2^32 - 1. */
export function unsignedLeb(value: number): number[] {
  const bytes: number[] = [];
  do {
    const low = value & 0x7f;
    value >>>= 7;
    bytes.push(value === 0 ? low : low | 0x80);
  } while (value !== 0);
  return bytes;
}
