/**
 * The dynamic linker: dlopen(3) and its like.
 *
 * @module
 */

import { cString } from "./c_string.ts";
import { RTLD_NOW } from "./linux_numbers.ts";
import { nativePointer } from "./pointers.ts";
import { DLFCN_SYMBOLS } from "./symbols/libc.ts";

/** Libraries with these functions. They moved into libc with glibc 2.34. */
const HOMES = ["libc.so.6", "libdl.so.2"];

const ADDRESSES = {
  dlopen: { type: "pointer", optional: true },
  dlsym: { type: "pointer", optional: true },
  dlclose: { type: "pointer", optional: true },
  dlerror: { type: "pointer", optional: true },
} as const;

/** A library that the linker has loaded. */
export interface LoadedLibrary {
  /** The argument of `dlopen`. */
  readonly path: string;
  readonly handle: Deno.PointerObject;
}

/** Loads libraries and finds their functions. `Deno.dlopen` costs 0.3 ms a function. */
export class DynamicLinker implements Disposable {
  readonly #libc;
  readonly #open;
  readonly #find;
  readonly #close;
  readonly #error;

  constructor() {
    for (const home of HOMES) {
      const libc = Deno.dlopen(home, ADDRESSES);
      const { dlopen, dlsym, dlclose, dlerror } = libc.symbols;
      if (dlopen === null || dlsym === null || dlclose === null || dlerror === null) {
        libc.close();
        continue;
      }
      this.#libc = libc;
      this.#open = callable(dlopen, DLFCN_SYMBOLS.dlopen);
      this.#find = callable(dlsym, DLFCN_SYMBOLS.dlsym);
      this.#close = callable(dlclose, DLFCN_SYMBOLS.dlclose);
      this.#error = callable(dlerror, DLFCN_SYMBOLS.dlerror);
      return;
    }
    throw new TypeError(`Cannot find dlopen() in ${HOMES.join(" or ")}`);
  }

  /** Loads the library at `path`. @throws {Error} with the linker's reason, without the path. */
  open(path: string): LoadedLibrary {
    const handle = this.#open.call(cString(path), RTLD_NOW);
    if (handle !== null) return { path, handle };
    const error = this.#error.call();
    const text = error === null ? "dlopen() failed" : Deno.UnsafePointerView.getCString(error);
    throw new Error(text.replace(`${path}: `, ""));
  }

  /** The address of a function; null when the library lacks it. */
  find({ handle }: LoadedLibrary, name: string): Deno.PointerValue {
    return this.#find.call(handle, cString(name));
  }

  /** Unloads a library. Functions that are open in a trampoline keep it loaded. */
  close({ handle }: LoadedLibrary): void {
    this.#close.call(handle);
  }

  [Symbol.dispose](): void {
    this.#libc.close();
  }
}

function callable<const F extends Omit<Deno.ForeignFunction, "nonblocking">>(pointer: Deno.PointerObject, row: F) {
  return new Deno.UnsafeFnPointer(nativePointer<F>(pointer), row);
}
