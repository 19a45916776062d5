/**
 * Lines of functions that TypeScript makes for a guest, several together, in place of the marshaller.
 *
 * @module
 */

import type { GuestContext } from "../core/context.ts";
import { type GuardOptions, NEGATIVE_WASI } from "../core/guard.ts";
import { type ImportFunction, withPtrResult } from "../core/imports.ts";
import type { Line } from "./line.ts";
import { shapeOf, valueType } from "./shape.ts";

const GUARD: GuardOptions<number> = { errors: NEGATIVE_WASI, syncs: true };

/** A function, not yet guarded. Nothing as result means 0. Results that are as wide as pointers are numbers. */
// deno-lint-ignore no-explicit-any -- each function has its own parameters, numbers and BigInts
type MadeFunction = (...parameters: any[]) => number | void;

/** Functions of one guest by name. */
type Functions<N extends string> = { readonly [K in N]: MadeFunction };

/**
 * The lines of `names`. `make` is called once for each guest, for the first of them that the guest imports.
 *
 * @param options.guest as {@link Line.guest}.
 */
export function madeLines<const N extends string>(
  names: readonly N[],
  make: (guest: GuestContext) => Functions<N>,
  options?: Pick<Line, "guest">,
): { readonly [K in N]: Line<never> };
export function madeLines(
  names: readonly string[],
  make: (guest: GuestContext) => Functions<string>,
  options: Pick<Line, "guest"> = {},
): Readonly<Record<string, Line<never>>> {
  const made = new WeakMap<GuestContext, Functions<string>>();
  const functionOf = (guest: GuestContext, name: string) => {
    const functions = made.get(guest) ?? make(guest);
    made.set(guest, functions);
    const found = functions[name];
    if (found === undefined) throw new TypeError(`Cannot import ${name}: it is not made`);
    return found;
  };
  const lineOf = (name: string): Line<never> => ({
    ...options,
    make: (guest) => guarded(guest, name, functionOf(guest, name)),
  });
  return Object.fromEntries(names.map((name) => [name, lineOf(name)]));
}

function guarded(guest: GuestContext, name: string, run: MadeFunction): ImportFunction {
  const safe = guest.guard.wrap(run, GUARD);
  const { result } = shapeOf(name);
  if (result === "void") return (...parameters) => void safe(...parameters);
  return valueType(result) === "ptr" ? withPtrResult(safe, guest.addressBits) : safe;
}
