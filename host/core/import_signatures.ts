/**
 * The form of the tables with the types of an import module's functions.
 *
 * @module
 */

/** The types of an import module's functions by name, "(i32, i64) -> i32": the ABI's type, then others that guests declare. */
export type ImportTypes = Readonly<Record<string, readonly [string, ...string[]]>>;
