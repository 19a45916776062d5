/**
 * System calls.
 *
 * {@link SystemCalls} has the table of all system calls, and methods for the few that many files of this folder use. The file of a
 * subject makes its other calls through the table. Results are the kernel's: a count, a descriptor, 0, or a negative errno, so that
 * hot paths need no exceptions.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import type { CLibrary } from "./c_library.ts";
import { cString, EMPTY } from "./c_string.ts";
import { type FileStatus, readStatx } from "./file_layouts.ts";
import type { NativeLibrary } from "./library.ts";
import { AT, AT_PAGESZ, F, O, PATH_MAX, STATX_BASIC_STATS } from "./linux_numbers.ts";
import { LAYOUT } from "./struct_layouts.ts";
import type { SymbolTable } from "./symbol_table.ts";
import { NUMBER, systemCallRows } from "./symbols/system_calls.ts";

/** The size of the kernel's set of signals, which calls with a mask of signals take. */
export const SIGSET_BYTES = 8;

/** The functions of the table. The first parameter is the call's {@link NUMBER}. {@link SystemCalls.result} converts results. */
export type SystemCallSymbols = SymbolTable<ReturnType<typeof systemCallRows>>["symbols"];

/** The table of system calls. Closed with the system. */
export class SystemCalls implements Disposable {
  readonly symbols: SystemCallSymbols;
  /** The errno of libc, where its function makes the calls; undefined where the shim does. */
  readonly #libc: CLibrary | undefined;
  readonly #table: SymbolTable<ReturnType<typeof systemCallRows>>;
  #pageSizeBytes: number | undefined;

  constructor(library: NativeLibrary) {
    const hasShim = library.shim !== undefined;
    this.#libc = hasShim ? undefined : library.libc;
    this.#table = hasShim
      ? library.open(systemCallRows("wasm_bpf_syscall"))
      : library.openLibc(systemCallRows("syscall"));
    this.symbols = this.#table.symbols;
  }

  /**
   * The result of a function of {@link symbols} as the kernel returned it: a negative errno on failure.
   *
   * The shim returns it unchanged. libc returns -1 and sets errno, which the JavaScript runtime may change before it is read here
   * (seen once in 300,000 calls). This is good enough for a system's libbpf.
   */
  result(value: number): number {
    return value === -1 && this.#libc !== undefined ? -this.#libc.errno : value;
  }

  /** Opens `path`. @returns a descriptor or a negative errno. */
  open(path: string, flags: number, mode = 0): number {
    return this.result(this.symbols.openat(NUMBER.openat, AT.FDCWD, cString(path), flags, mode));
  }

  /** Reads up to `bytes.length` bytes. @returns their number, 0 at the end, or a negative errno. */
  read(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
    return this.result(this.symbols.read(NUMBER.read, fd, bytes, bytes.length));
  }

  /** Writes up to `bytes.length` bytes. @returns their number, or a negative errno. */
  write(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
    return this.result(this.symbols.write(NUMBER.write, fd, bytes, bytes.length));
  }

  /** The text of a symbolic link; "" when there is none. */
  readLink(path: string): string {
    const text = new Uint8Array(PATH_MAX);
    const size = this.result(this.symbols.readlinkat(NUMBER.readlinkat, AT.FDCWD, cString(path), text, text.length));
    return size < 0 ? "" : new TextDecoder().decode(text.subarray(0, size));
  }

  /** A copy of `fd` above the standard streams, or a negative errno. */
  duplicate(fd: number): number {
    return this.result(this.symbols.fcntl(NUMBER.fcntl, fd, F.DUPFD_CLOEXEC, 3));
  }

  /** Closes `fd`. @returns 0 or a negative errno. */
  close(fd: number): number {
    return this.result(this.symbols.close(NUMBER.close, fd));
  }

  /** The status of the open file `fd`, or a negative errno. Accepts a descriptor from `O.PATH`. */
  status(fd: number): FileStatus | number {
    const statx = new Uint8Array(LAYOUT.statx.size);
    const flags = AT.EMPTY_PATH | AT.SYMLINK_NOFOLLOW;
    const result = this.result(this.symbols.statx(NUMBER.statx, fd, EMPTY, flags, STATX_BASIC_STATS, statx));
    return result < 0 ? result : readStatx(statx);
  }

  /** The type of the file system of `fd` (`FILE_SYSTEM`), or a negative errno. */
  fileSystem(fd: number): number {
    // struct statfs begins with f_type.
    const statfs = new BigInt64Array(32);
    const result = this.result(this.symbols.fstatfs(NUMBER.fstatfs, fd, statfs));
    return result < 0 ? result : Number(statfs[0]);
  }

  /** The size of a page: 4 KiB on x86_64; 4, 16 or 64 KiB on arm64. */
  get pageSizeBytes(): number {
    this.#pageSizeBytes ??= Deno.build.arch === "x86_64" ? 4096 : this.#auxiliaryValue(AT_PAGESZ);
    return this.#pageSizeBytes;
  }

  /** A value of the auxiliary vector, which consists of pairs of 64-bit type and value (`man 3 getauxval`). */
  #auxiliaryValue(type: number): number {
    const vector = new BigUint64Array(512);
    const fd = this.open("/proc/self/auxv", O.RDONLY | O.CLOEXEC);
    if (fd >= 0) {
      this.read(fd, new Uint8Array(vector.buffer));
      this.close(fd);
    }
    for (let at = 0; at < vector.length; at += 2) {
      if (Number(vector[at]) === type) return Number(vector[at + 1]);
    }
    throw new BpfError({ operation: "find", kind: "system", words: "the page size" }, LINUX_ERRNO.ENOENT);
  }

  [Symbol.dispose](): void {
    this.#table.close();
  }
}
