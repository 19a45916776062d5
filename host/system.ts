/**
 * The operating system as a command-line tool needs it besides running guests, with `--allow-ffi` alone: opened once, so that
 * the library is searched once.
 *
 * @module
 */

import { Libc, type NativeLibrary, openLibbpf, openLibrary } from "../ffi/mod.ts";
import { prepareProcess, type ProcessOptions } from "../ffi/system/process.ts";

/** The native library and libc, opened. */
export class System implements Disposable {
  readonly library: NativeLibrary = openLibrary();
  readonly libc: Libc = new Libc(this.library);

  /** The bytes of the file at `path`. @throws {BpfError} ENOENT, EACCES, EISDIR ... */
  readFile(path: string): Uint8Array<ArrayBuffer> {
    return this.libc.readFile(path);
  }

  /** The rest of standard input. @throws {BpfError} EFBIG for more than 256 MiB, EISDIR, EBADF ... */
  readStandardInput(): Uint8Array<ArrayBuffer> {
    return this.libc.readToEnd(0, "Cannot read standard input");
  }

  /**
   * Limits the memory of this process, and makes every signal end it: a guest that ignores the result of `printf` would otherwise run
   * for ever after `| head -1`.
   *
   * @throws {BpfError} when the memory cannot be limited.
   */
  prepareProcess(options: ProcessOptions): void {
    prepareProcess(this.library, this.libc, options);
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
