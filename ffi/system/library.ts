/**
 * The native library: libbpf, with libelf, zlib and this project's shim inside, or the system's libbpf.
 *
 * @module
 */

import type { CLibrary } from "./c_library.ts";
import type { DynamicLinker, LoadedLibrary } from "./dynamic_linker.ts";
import { SIGPIPE } from "./linux_numbers.ts";
import { openTable, type SymbolTable } from "./symbol_table.ts";
import { SHIM_SYMBOLS } from "./symbols/shim.ts";

/**
 * The places of the library, in the order of search.
 *
 * @example
 * ```ts
 * import { type LibraryOrigin, openLibbpf } from "@wasm-bpf/wasm-bpf";
 *
 * // The system's libbpf lacks this project's patches and its shim.
 * const isOurs = (origin: LibraryOrigin) => origin === "embedded" || origin === "built";
 * using libbpf = openLibbpf();
 * console.log(isOurs(libbpf.origin));
 * ```
 */
export type LibraryOrigin = "environment" | "embedded" | "built" | "system";

type ForeignFunctions = Deno.ForeignLibraryInterface & Record<string, Deno.ForeignFunction>;

/** The libraries and descriptors that a {@link NativeLibrary} owns. */
export interface LibraryParts {
  readonly linker: DynamicLinker;
  readonly libc: CLibrary;
  readonly loaded: LoadedLibrary;
  /** The file in memory that the library was loaded from, if any. */
  readonly fd: number | undefined;
}

/** The open library. All symbol tables of `ffi/` belong to it, and must be closed before it. */
export class NativeLibrary implements Disposable {
  readonly origin: LibraryOrigin;
  readonly libc: CLibrary;
  /** The functions of `shim.c` and `process.c`; undefined when the library does not have them. */
  readonly shim: SymbolTable<typeof SHIM_SYMBOLS> | undefined;
  readonly #linker: DynamicLinker;
  readonly #loaded: LoadedLibrary;
  readonly #fd: number | undefined;
  #hasPrefetched = false;
  /** True once functions of the library handle signals, so that it must stay loaded. */
  #hasHandlers = false;

  constructor(origin: LibraryOrigin, { linker, libc, loaded, fd }: LibraryParts) {
    this.origin = origin;
    this.libc = libc;
    this.#linker = linker;
    this.#loaded = loaded;
    this.#fd = fd;
    const hasShim = linker.find(loaded, "wasm_bpf_syscall") !== null;
    this.shim = hasShim ? this.open(SHIM_SYMBOLS) : undefined;
  }

  /** The argument of `dlopen`. */
  get path(): string {
    return this.#loaded.path;
  }

  /** A table of functions. The caller closes it. */
  open<const S extends ForeignFunctions>(rows: S): SymbolTable<S> {
    return openTable(this.#linker, this.#loaded, rows);
  }

  /** A table of functions of libc. The caller closes it. */
  openLibc<const S extends ForeignFunctions>(rows: S): SymbolTable<S> {
    return openTable(this.#linker, this.libc.loaded, rows);
  }

  /** The address of a variable of libc; null if it has none of this name. */
  findInLibc(name: string): Deno.PointerValue {
    return this.#linker.find(this.libc.loaded, name);
  }

  /**
   * Starts to read the kernel's BTF on another thread, for the next object that is loaded in this process. Does nothing without the
   * shim, or if reading has already started.
   */
  prefetchKernelBtf(): void {
    if (this.shim === undefined) return;
    this.#hasPrefetched = true;
    this.shim.symbols.wasm_bpf_btf_prefetch();
  }

  /**
   * Makes signals end the process as users of a command line expect, and reports failures of the engine in one line. Without the
   * shim, only SIGPIPE is changed. The library stays loaded until the process ends.
   *
   * @param outOfMemory a C string.
   */
  prepareSignals(outOfMemory: Uint8Array<ArrayBuffer>): void {
    if (this.shim === undefined) return this.libc.resetSignal(SIGPIPE);
    this.#hasHandlers = true;
    this.shim.symbols.wasm_bpf_process_prepare(outOfMemory);
  }

  [Symbol.dispose](): void {
    if (this.#hasPrefetched) this.shim?.symbols.wasm_bpf_btf_discard();
    this.shim?.close();
    if (!this.#hasHandlers) this.#linker.close(this.#loaded);
    if (this.#fd !== undefined) this.libc.close(this.#fd);
    this.libc[Symbol.dispose]();
    this.#linker[Symbol.dispose]();
  }
}
