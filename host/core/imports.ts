/**
 * The forms of an import module: its functions, and the table of their types.
 *
 * @module
 */

/** A function that a guest may import. WebAssembly checks its parameters against the guest's declaration. */
// deno-lint-ignore no-explicit-any -- each import has parameters of its own, numbers and BigInts
export type ImportFunction = (...parameters: any[]) => number | bigint | void;

/** The functions of an import module by name. */
export type ImportTable = Readonly<Record<string, ImportFunction>>;

/** The types of an import module's functions by name, "(i32, i64) -> i32": the ABI's type, then others that guests declare. */
export type ImportTypes = Readonly<Record<string, readonly [string, ...string[]]>>;
