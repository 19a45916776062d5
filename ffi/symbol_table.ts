/**
 * Symbol tables that cost nothing until used.
 *
 * `Deno.dlopen` compiles a trampoline for each function it is asked for: about 0.2 ms a symbol, 20 ms for the tables of this
 * folder, which is more than libbpf needs to load an object. So a table is looked up symbol by symbol, at first use, in one of
 * two ways: *fast* ones get their trampoline then (a call costs about 50 ns afterwards); *cold* ones are called through a
 * pointer (0.01 ms to look up, about 1.3 us a call), right for whatever runs a few times in a guest's life.
 *
 * @module
 */

import { nativePointer } from "./pointers.ts";

/** A table as {@link openTable} gives it: functions by name, and a way to close the library. */
export interface SymbolTable<S extends Deno.ForeignLibraryInterface> {
  readonly symbols: Deno.StaticForeignLibraryInterface<S>;
  close(): void;
}

type Callable = Omit<Deno.ForeignFunction, "nonblocking">;

type Rows = Record<string, Deno.ForeignFunction & { readonly optional?: boolean; readonly name?: string }>;

/**
 * The functions of `rows` in the library at `path`. Optional ones that it lacks are null.
 *
 * @param fast those that are called often.
 * @throws {TypeError} at first use of one that it lacks.
 */
export function openTable<const S extends Rows>(
  path: string,
  rows: S,
  fast: readonly (keyof S)[] = [],
): SymbolTable<S> {
  const places: Record<string, { type: "pointer"; optional: true; name: string }> = {};
  for (const [name, row] of Object.entries(rows)) {
    places[name] = { type: "pointer", optional: true, name: row.name ?? name };
  }
  const library = Deno.dlopen(path, places);
  const trampolines: Deno.DynamicLibrary<Deno.ForeignLibraryInterface>[] = [];
  const symbols = lazyProperties(rows, (name, row) => {
    const pointer = library.symbols[name];
    if (pointer === null || pointer === undefined) {
      if (row.optional) return null;
      throw new TypeError(`Cannot find symbol "${name}" in ${path}`);
    }
    if (fast.includes(name)) {
      const one = Deno.dlopen(path, { [name]: row });
      trampolines.push(one);
      return one.symbols[name];
    }
    const fn = new Deno.UnsafeFnPointer(nativePointer<Callable>(pointer), row);
    return (...parameters: never[]) => fn.call(...parameters);
  });
  const close = () => [...trampolines.splice(0), library].forEach((one) => one.close());
  return { symbols: typed<S>(symbols), close };
}

/** An object whose properties are made at first use and are plain data from then on. */
function lazyProperties(rows: Rows, make: (name: string, row: Rows[string]) => unknown): object {
  const object = {};
  for (const [name, row] of Object.entries(rows)) {
    Object.defineProperty(object, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = make(name, row);
        Object.defineProperty(object, name, { value, enumerable: true });
        return value;
      },
    });
  }
  return object;
}

/** The rows are the types: what was made from them answers to the types that Deno derives from them. */
function typed<S extends Deno.ForeignLibraryInterface>(symbols: object): Deno.StaticForeignLibraryInterface<S> {
  return symbols as Deno.StaticForeignLibraryInterface<S>;
}
