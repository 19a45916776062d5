/**
 * The form of the tables that say which types the functions of an import module have.
 *
 * @module
 */

/** The types of an import module's functions by name, "(i32, i64) -> i32": the ABI's type, then others that guests declare. */
export type ImportTypes = Readonly<Record<string, readonly [string, ...string[]]>>;
