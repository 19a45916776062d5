/**
 * The forms of an import module: its functions, and the table of their types.
 *
 * @module
 */

import type { FunctionType } from "../../wasm/types.ts";
import type { GuestContext } from "./context.ts";
import type { AddressBits, WasmPtr } from "./memory.ts";

/** A function that a guest may import. WebAssembly checks its parameters against the guest's declaration. */
// deno-lint-ignore no-explicit-any -- each import has its own parameters, numbers and BigInts
export type ImportFunction = (...parameters: any[]) => number | bigint | void;

/** The functions of an import module by name. */
export type ImportTable = Readonly<Record<string, ImportFunction>>;

/**
 * The types of an import module's functions by name, "(i32, ptr) -> i32": the ABI's type, then others that guests declare. Pointers and
 * sizes are "ptr".
 */
export type ImportTypes = Readonly<Record<string, readonly [string, ...string[]]>>;

/** A type of {@link ImportTypes} for guests of this width: "ptr" is `i32` or `i64`. */
export function typeForWidth(type: string, bits: AddressBits): string {
  return type.replaceAll("ptr", `i${bits}`);
}

/**
 * Returns `run` with a result as wide as the guest's pointers, for functions of type "-> ptr". Negative results stay negative.
 */
export function withPtrResult<P extends readonly unknown[]>(
  run: (...parameters: P) => number,
  bits: AddressBits,
): (...parameters: P) => WasmPtr {
  return bits === 32 ? run : (...parameters) => BigInt(run(...parameters));
}

/** The functions that a guest declares of one import module, by name. A function that it declares twice has two types. */
export type DeclaredImports = ReadonlyMap<string, readonly FunctionType[]>;

/**
 * The way to make a function for a guest.
 *
 * @param types the types with which the guest declares it.
 */
export type MakeImport = (guest: GuestContext, types: readonly FunctionType[]) => ImportFunction;

/** An import module: its functions by name. */
export type ImportModule = Readonly<Record<string, MakeImport>>;

/** Finds a function of an import module. A guest may name inherited properties, such as "constructor". */
export function findImport(module: ImportModule, name: string): MakeImport | undefined {
  return Object.hasOwn(module, name) ? module[name] : undefined;
}

/** Makes the functions that the guest declares. Names without a result of `find` are omitted. */
export function makeImports(
  find: (name: string) => MakeImport | undefined,
  guest: GuestContext,
  declared: DeclaredImports,
): ImportTable {
  const made: Record<string, ImportFunction> = {};
  for (const [name, types] of declared) {
    const make = find(name);
    if (make !== undefined) made[name] = make(guest, types);
  }
  return made;
}
