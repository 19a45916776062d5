/**
 * The form of the tables that say which types the functions of an import module have.
 *
 * @module
 */

/** The types of an import module's functions, "(i32, i64) -> i32", by name: the ABI's first, then others that guests declare. */
export type ImportTypes = Readonly<Record<string, readonly [string, ...string[]]>>;
