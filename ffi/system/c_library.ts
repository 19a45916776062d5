/**
 * The C library: its functions that are not system calls, and those that are needed before the native library is open.
 *
 * @module
 */

import { BpfError, type Operation } from "../../errors/mod.ts";
import { cString } from "./c_string.ts";
import type { DynamicLinker, LoadedLibrary } from "./dynamic_linker.ts";
import { IFNAMSIZ, MFD_CLOEXEC } from "./linux_numbers.ts";
import { address } from "./pointers.ts";
import { openTable, type SymbolTable } from "./symbol_table.ts";
import { LIBC_SYMBOLS } from "./symbols/libc.ts";

const NAME = "libc.so.6";
const SIG_DFL = null;

/** Functions of libc. */
export class CLibrary implements Disposable {
  readonly loaded: LoadedLibrary;
  readonly #linker: DynamicLinker;
  readonly #table: SymbolTable<typeof LIBC_SYMBOLS>;
  #errno: Int32Array | undefined;

  constructor(linker: DynamicLinker) {
    this.#linker = linker;
    this.loaded = linker.open(NAME);
    this.#table = openTable(linker, this.loaded, LIBC_SYMBOLS);
  }

  /** The value of an environment variable; always undefined in a program with privileges that its user lacks (setcap, setuid). */
  environmentVariable(name: string): string | undefined {
    const value = this.#table.symbols.secure_getenv(cString(name));
    return value === null ? undefined : Deno.UnsafePointerView.getCString(value);
  }

  /** The index of a network interface; 0 when there is none of this name. */
  interfaceIndex(name: string): number {
    return this.#table.symbols.if_nametoindex(cString(name));
  }

  /** The name of a network interface, with its NUL; undefined when there is none with this index. */
  interfaceName(index: number): Uint8Array<ArrayBuffer> | undefined {
    const name = new Uint8Array(IFNAMSIZ);
    if (this.#table.symbols.if_indextoname(index, name) === null) return undefined;
    return name.subarray(0, name.indexOf(0) + 1);
  }

  /** Restores the default action of a signal. */
  resetSignal(signal: number): void {
    this.#table.symbols.signal(signal, SIG_DFL);
  }

  /** The error number of this thread. System calls of the JavaScript runtime change it. */
  get errno(): number {
    this.#errno ??= this.#errnoView();
    return this.#errno[0] ?? 0;
  }

  /** Makes a file in memory. The caller closes the descriptor. @throws {BpfError} */
  createMemoryFile(name: string, bytes: Uint8Array<ArrayBuffer>): number {
    const { memfd_create, write } = this.#table.symbols;
    const fd = memfd_create(cString(name), MFD_CLOEXEC);
    if (fd < 0) throw new BpfError(MAKE_FILE, this.errno);
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.subarray(done);
      const written = Number(write(fd, rest, address(rest.length)));
      if (written <= 0) throw new BpfError(COPY, this.errno);
      done += written;
    }
    return fd;
  }

  close(fd: number): void {
    this.#table.symbols.close(fd);
  }

  #errnoView(): Int32Array {
    const location = this.#table.symbols.__errno_location();
    if (location === null) throw new TypeError("__errno_location() returned null");
    return new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, Int32Array.BYTES_PER_ELEMENT));
  }

  [Symbol.dispose](): void {
    this.#table.close();
    this.#linker.close(this.loaded);
  }
}

const MAKE_FILE: Operation = { operation: "make", kind: "library", words: "a memory file for libbpf" };
const COPY: Operation = { operation: "copy", kind: "library", words: "libbpf into memory" };
