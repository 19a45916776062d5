/**
 * Symbol tables that cost nothing until used.
 *
 * `Deno.dlopen` looks up all it is asked for at once, and compiles a trampoline for each function: 0.3 ms a symbol, 50 ms for
 * the tables of this folder, which is more than libbpf needs to load an object. So a function is looked up at its first use and
 * called through a pointer (0.03 ms to begin with, 1.3 us a call); one that is called often gets its trampoline then (50 ns a
 * call or less).
 *
 * @module
 */

import { cString } from "./c_string.ts";
import { nativePointer } from "./pointers.ts";
import { DLFCN_SYMBOLS } from "./symbols/libc.ts";

/** A table as {@link openTable} gives it: functions by name, and a way to close the library. */
export interface SymbolTable<S extends Deno.ForeignLibraryInterface> {
  readonly symbols: Deno.StaticForeignLibraryInterface<S>;
  close(): void;
}

type Row = Deno.ForeignFunction & { readonly optional?: boolean; readonly name?: string };

type Callable = (...parameters: never[]) => unknown;

/** After so many calls a function is called often: a trampoline costs as much as some 200 calls without. */
const OFTEN = 100;

/**
 * The functions of `rows` in the library at `path`. Optional ones that it lacks are null.
 *
 * @throws {Error} what dlopen(3) said.
 * @throws {TypeError} at first use of one that it lacks.
 */
export function openTable<const S extends Record<string, Row>>(
  linker: DynamicLinker,
  path: string,
  rows: S,
): SymbolTable<S> {
  const library = linker.open(path);
  const trampolines: Deno.DynamicLibrary<Deno.ForeignLibraryInterface>[] = [];
  const symbols = {};
  const set = (name: string, value: unknown) =>
    Object.defineProperty(symbols, name, { value, configurable: true, enumerable: true });
  for (const [name, row] of Object.entries<Row>(rows)) {
    const find = () => {
      const pointer = linker.find(library, row.name ?? name);
      if (pointer === null) {
        if (row.optional) return null;
        throw new TypeError(`Cannot find symbol "${row.name ?? name}" in ${path}`);
      }
      return slowly(pointer, row, () => {
        const trampoline = Deno.dlopen(path, { [name]: row });
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
    linker.close(library);
  };
  // The rows are the types: what was made from them answers to the types that Deno derives from them.
  return { symbols: symbols as Deno.StaticForeignLibraryInterface<S>, close };
}

/** Calls through a pointer, until it is often enough for what `quicken` gives. */
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

/** The C library in 2021 took dlopen(3) in; before, it was in a library of its own. */
const HOMES = ["libc.so.6", "libdl.so.2"];

const RTLD_NOW = 2;

const PLACES = {
  dlopen: { type: "pointer", optional: true },
  dlsym: { type: "pointer", optional: true },
  dlclose: { type: "pointer", optional: true },
  dlerror: { type: "pointer", optional: true },
} as const;

/** `dlopen(3)` and its like. */
export class DynamicLinker implements Disposable {
  readonly #libc;
  readonly #open;
  readonly #find;
  readonly #close;
  readonly #error;

  constructor() {
    for (const home of HOMES) {
      const libc = Deno.dlopen(home, PLACES);
      const { dlopen, dlsym, dlclose, dlerror } = libc.symbols;
      if (dlopen === null || dlsym === null || dlclose === null || dlerror === null) {
        libc.close();
        continue;
      }
      this.#libc = libc;
      this.#open = fn(dlopen, DLFCN_SYMBOLS.dlopen);
      this.#find = fn(dlsym, DLFCN_SYMBOLS.dlsym);
      this.#close = fn(dlclose, DLFCN_SYMBOLS.dlclose);
      this.#error = fn(dlerror, DLFCN_SYMBOLS.dlerror);
      return;
    }
    throw new TypeError(`Cannot find dlopen() in ${HOMES.join(" or ")}`);
  }

  /** @throws {Error} what was said, without the path. */
  open(path: string): Deno.PointerObject {
    const handle = this.#open.call(cString(path), RTLD_NOW);
    if (handle !== null) return handle;
    const said = this.#error.call();
    const text = said === null ? "dlopen() failed" : Deno.UnsafePointerView.getCString(said);
    throw new Error(text.replace(`${path}: `, ""));
  }

  /** The address of a symbol; null when there is none of this name. */
  find(library: Deno.PointerObject, name: string): Deno.PointerValue {
    return this.#find.call(library, cString(name));
  }

  close(library: Deno.PointerObject): void {
    this.#close.call(library);
  }

  [Symbol.dispose](): void {
    this.#libc.close();
  }
}

function fn<const F extends Omit<Deno.ForeignFunction, "nonblocking">>(pointer: Deno.PointerObject, shape: F) {
  return new Deno.UnsafeFnPointer(nativePointer<F>(pointer), shape);
}
