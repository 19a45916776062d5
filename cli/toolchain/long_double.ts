/**
 * Finds programs that print or read `long double`. The SDK's libc leaves these conversions to a library of its own, because its
 * printf() of `double` would take twice as long with them.
 *
 * @module
 */

/** The library. It must come before libc. */
export const LONG_DOUBLE_LIBRARY = "c-printscan-long-double";

/**
 * A conversion such as `%.2Lf`, a function that reads a number, or a stream of C++: the operators << and >> for `long double` in an
 * object, or a header of streams in a source.
 */
const USE = /%[-+ #0'*.$\d]*L[aefgAEFG]|\b(str|wcs)told(_l)?\b|(ls|rs)ER?e\b/;
const STREAM = /#\s*include\s*<(iostream|fstream|sstream|ostream|istream|iomanip)>/;
const LONG_DOUBLE = /\blong\s+double\b|\d\.\d*L\b/;

/** True for the text of a source, an object or an archive with such a conversion. */
export function usesLongDouble(text: string): boolean {
  return USE.test(text) || (LONG_DOUBLE.test(text) && STREAM.test(text));
}
