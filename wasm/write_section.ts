/**
 * Writes sections of modules.
 *
 * @module
 */

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

/**
 * A copy of the module in `bytes` in which section `id` with content `parts`, one after another, replaces the bytes from `start` to
 * `end`.
 */
export function withSection(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
  id: number,
  parts: readonly ArrayLike<number>[],
): Uint8Array<ArrayBuffer> {
  const sizeBytes = parts.reduce((sum, part) => sum + part.length, 0);
  const header = [id, ...unsignedLeb(sizeBytes)];
  const result = new Uint8Array(start + header.length + sizeBytes + (bytes.length - end));
  let at = 0;
  for (const part of [bytes.subarray(0, start), header, ...parts, bytes.subarray(end)]) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
