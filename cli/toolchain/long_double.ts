/**
 * Finds programs that print or read `long double`. The SDK's libc leaves these conversions to a library of its own, because its
 * printf() of `double` would take twice as long with them.
 *
 * @module
 */

/** The library. It must come before libc. */
export const LONG_DOUBLE_LIBRARY = "c-printscan-long-double";

/** A conversion such as `%.2Lf`, or a function that reads a number. */
const USE = /%[-+ #0'*.$\d]*L[aefgAEFG]|\b(str|wcs)told(_l)?\b/;

/** True for a source, an object or an archive with such a conversion in a text. */
export function usesLongDouble(file: Uint8Array): boolean {
  return USE.test(new TextDecoder("latin1").decode(file));
}
