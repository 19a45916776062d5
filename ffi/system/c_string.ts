/**
 * Strings for C.
 *
 * @module
 */

const encoder = new TextEncoder();

/** The empty string. */
export const EMPTY: Uint8Array<ArrayBuffer> = Uint8Array.of(0);

/** Encodes `text` as UTF-8 with a NUL at the end. @throws {TypeError} when `text` contains a NUL. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new TypeError("Cannot pass a string with a NUL to C");
  return encoder.encode(`${text}\0`);
}
