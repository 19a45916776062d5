/**
 * The operating system as a command-line tool needs it besides running guests, with `--allow-ffi` alone: opened once, so that
 * the library is searched once.
 *
 * @module
 */

import { Libc, type NativeLibrary, openLibbpf, openLibrary } from "../ffi/mod.ts";

/** The native library and libc, opened. */
export class System implements Disposable {
  readonly library: NativeLibrary = openLibrary();
  readonly libc: Libc = new Libc(this.library);

  /** The bytes of the file at `path`. @throws {BpfError} ENOENT, EACCES, EISDIR ... */
  readFile(path: string): Uint8Array<ArrayBuffer> {
    return this.libc.readFile(path);
  }

  /**
   * Lets a write to a closed pipe end this process, as it ends any Unix filter (`| head -1`). Deno ignores the signal, and a
   * guest that does not look at what `printf` returns would run on for ever.
   */
  restoreBrokenPipeSignal(): void {
    this.library.restoreBrokenPipeSignal();
  }

  /**
   * Begins to read the kernel's BTF, which the next object to be loaded will probably need, on a thread of its own: that takes
   * some 7 ms, which are free when there is something else to do meanwhile.
   */
  prefetchKernelBtf(): void {
    this.library.prefetchKernelBtf();
  }

  /** libbpf's version and where it was found: "1.5 (built)". */
  libbpfVersion(): string {
    using libbpf = openLibbpf(this);
    return `${libbpf.version.replace(/^v/, "")} (${libbpf.origin})`;
  }

  [Symbol.dispose](): void {
    this.libc[Symbol.dispose]();
    this.library[Symbol.dispose]();
  }
}

/**
 * Opens the system.
 *
 * @throws {BpfError} ENOENT when no libbpf is found.
 */
export function openSystem(): System {
  return new System();
}
