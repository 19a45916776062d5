/**
 * Tables of native functions that cost nothing until used.
 *
 * `Deno.dlopen` looks up all functions at once and compiles a trampoline for each: 0.3 ms a function, 50 ms for the tables of
 * `ffi/`. That is longer than libbpf takes to load an object. So a table looks a function up at its first use (0.03 ms), and calls it
 * through a pointer (1.3 us a call). A function that is called often gets a trampoline (50 ns a call or less).
 *
 * @module
 */

import type { DynamicLinker, LoadedLibrary } from "./dynamic_linker.ts";
import { nativePointer } from "./pointers.ts";

/** A table of functions by name. */
export interface SymbolTable<S extends Deno.ForeignLibraryInterface> {
  readonly symbols: Deno.StaticForeignLibraryInterface<S>;
  /** Frees the trampolines. The functions must not be called afterwards. */
  close(): void;
}

type Row = Deno.ForeignFunction & { readonly optional?: boolean; readonly name?: string };

type Callable = (...parameters: never[]) => unknown;

/** The number of calls after which a function gets a trampoline. Compiling one takes as long as some 200 calls without. */
const OFTEN = 100;

/**
 * The functions of `rows` in `library`, which must stay loaded until the table is closed. Optional functions that it lacks are null.
 * The first use of any other missing function throws a TypeError.
 */
export function openTable<const S extends Record<string, Row>>(
  linker: DynamicLinker,
  library: LoadedLibrary,
  rows: S,
): SymbolTable<S> {
  const trampolines: Deno.DynamicLibrary<Deno.ForeignLibraryInterface>[] = [];
  const symbols = {};
  const set = (name: string, value: unknown) =>
    Object.defineProperty(symbols, name, { value, configurable: true, enumerable: true });
  for (const [name, row] of Object.entries<Row>(rows)) {
    const find = () => {
      const pointer = linker.find(library, row.name ?? name);
      if (pointer === null) {
        if (row.optional) return null;
        throw new TypeError(`Cannot find symbol "${row.name ?? name}" in ${library.path}`);
      }
      return slowly(pointer, row, () => {
        const trampoline = Deno.dlopen(library.path, { [name]: row });
        trampolines.push(trampoline);
        const fast = trampoline.symbols[name] as Callable;
        set(name, fast);
        return fast;
      });
    };
    Object.defineProperty(symbols, name, {
      configurable: true,
      enumerable: true,
      get() {
        const value = find();
        set(name, value);
        return value;
      },
    });
  }
  const close = () => {
    for (const one of trampolines.splice(0)) one.close();
  };
  // Deno derives these types from the rows, and the functions were made from the same rows.
  return { symbols: symbols as Deno.StaticForeignLibraryInterface<S>, close };
}

/** Calls through a pointer, until the function is called often. It then calls the function that `quicken` returns. */
function slowly(pointer: Deno.PointerObject, row: Row, quicken: () => Callable): Callable {
  const slow = new Deno.UnsafeFnPointer(nativePointer<Omit<Row, "nonblocking">>(pointer), row);
  let fast: Callable | undefined;
  let calls = 0;
  return (...parameters) => {
    if (fast !== undefined) return fast(...parameters);
    if (++calls === OFTEN) fast = quicken();
    return slow.call(...parameters);
  };
}
