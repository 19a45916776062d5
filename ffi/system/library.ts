/**
 * Finds and opens the one native library: libbpf, with libelf, zlib and this project's shim inside, or the system's libbpf.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { cString } from "./c_string.ts";
import { DynamicLinker, openTable, type SymbolTable } from "./symbol_table.ts";
import { SHIM_SYMBOLS } from "../libbpf/symbols/libbpf.ts";
import { LIBC_SYMBOLS } from "./symbols/libc.ts";
import { NUMBER, systemCallRows } from "./symbols/system_calls.ts";
import { MFD_CLOEXEC, SIGPIPE } from "./linux_numbers.ts";

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

/** Names the variable that overrides the search. */
export const LIBRARY_VARIABLE = "WASM_BPF_LIBBPF";

type ForeignFunctions = Deno.ForeignLibraryInterface & Record<string, Deno.ForeignFunction>;

const FILE_NAME = "libwasm_bpf.so";
const SYSTEM_NAME = "libbpf.so.1";

/** The opened library: every symbol table of this folder is looked up in it. */
export class NativeLibrary implements Disposable {
  /** The argument of `dlopen`. */
  readonly path: string;
  readonly origin: LibraryOrigin;
  /** The functions of `shim.c`; undefined when the library does not have them. */
  readonly shim: SymbolTable<typeof SHIM_SYMBOLS> | undefined;
  readonly #linker: DynamicLinker;
  readonly #libc: Libc6;
  /** Keeps the library loaded while tables come and go. */
  readonly #handle: Deno.PointerObject;
  readonly #fd: number | undefined;
  #hasPrefetched = false;
  /** True once functions of the library handle signals, so that it must stay loaded. */
  #hasHandlers = false;
  #errnoView: Int32Array | undefined;

  constructor(
    path: string,
    origin: LibraryOrigin,
    linked: { linker: DynamicLinker; libc: Libc6 },
    opened: { handle: Deno.PointerObject; hasShim: boolean; fd: number | undefined },
  ) {
    this.path = path;
    this.origin = origin;
    this.#linker = linked.linker;
    this.#libc = linked.libc;
    this.#handle = opened.handle;
    this.#fd = opened.fd;
    this.shim = opened.hasShim ? this.open(SHIM_SYMBOLS) : undefined;
  }

  /** A table of functions. The caller closes it. */
  open<const S extends ForeignFunctions>(rows: S): SymbolTable<S> {
    return openTable(this.#linker, this.path, rows);
  }

  /** A table of libc's functions. The caller closes it. */
  openLibc<const S extends ForeignFunctions>(rows: S): SymbolTable<S> {
    return openTable(this.#linker, LIBC, rows);
  }

  /** A table of system calls, each row made for the C function to go through. The caller closes it. */
  openSyscalls<const S extends ForeignFunctions>(rows: (symbol: string) => S): SymbolTable<S> {
    return this.shim ? this.open(rows("wasm_bpf_syscall")) : this.openLibc(rows("syscall"));
  }

  /**
   * Has the kernel's BTF read on a thread of its own, for the next object that is loaded in this process. Does nothing without
   * the shim, or when that has begun already.
   */
  prefetchKernelBtf(): void {
    if (this.shim === undefined) return;
    this.#hasPrefetched = true;
    this.shim.symbols.wasm_bpf_btf_prefetch();
  }

  /** The index of a network interface; 0 when there is none of this name. */
  interfaceIndex(name: string): number {
    return this.#libc.interfaceIndex(name);
  }

  /** The value of a variable of this process's environment. */
  environmentVariable(name: string): string | undefined {
    return this.#libc.getenv(name);
  }

  /**
   * Makes signals end the process as users of a command line expect, and reports failures of the engine in one line. Without the
   * shim, only SIGPIPE is changed. The library stays loaded until the process ends.
   *
   * @param outOfMemory a C string.
   */
  prepareSignals(outOfMemory: Uint8Array<ArrayBuffer>): void {
    if (this.shim === undefined) return this.#libc.defaultAction(SIGPIPE);
    this.#hasHandlers = true;
    this.shim.symbols.wasm_bpf_process_prepare(outOfMemory);
  }

  /**
   * The result of a system call as the kernel gave it: negative errno on failure.
   *
   * With the shim that is what came back. Without it libc answers -1 and leaves the reason in errno, which something of the
   * JavaScript runtime may have overwritten since (seen once in 300,000 calls): good enough for a fallback.
   */
  result(value: number): number {
    if (value !== -1 || this.shim !== undefined) return value;
    this.#errnoView ??= this.#libc.errnoView();
    return -(this.#errnoView[0] ?? 0);
  }

  [Symbol.dispose](): void {
    if (this.#hasPrefetched) this.shim?.symbols.wasm_bpf_btf_discard();
    this.shim?.close();
    if (!this.#hasHandlers) this.#linker.close(this.#handle);
    if (this.#fd !== undefined) this.#libc.close(this.#fd);
    this.#libc[Symbol.dispose]();
    this.#linker[Symbol.dispose]();
  }
}

/**
 * Opens the first library found: `$WASM_BPF_LIBBPF` (unless this program has privileges that its user lacks), the one embedded in
 * this binary, the one built in this checkout, or the system's `libbpf.so.1`.
 *
 * Needs `--allow-ffi` and nothing else.
 *
 * @throws {BpfError} ENOENT when there is none, with every place that was tried in `log`.
 */
export function openLibrary(): NativeLibrary {
  using stack = new DisposableStack();
  const linker = stack.use(new DynamicLinker());
  const libc = stack.use(new Libc6(linker));
  const tried: string[] = [];
  for (const candidate of candidates(libc)) {
    const { origin, path, fd } = candidate;
    try {
      const library = new NativeLibrary(path, origin, { linker, libc }, { ...openLibbpfAt(linker, path), fd });
      stack.move();
      return library;
    } catch (error) {
      if (fd !== undefined) libc.close(fd);
      const reason = error instanceof Error ? error.message : String(error);
      if (origin === "environment") {
        // A library that the user named is never skipped: it is used or refused.
        throw new BpfError(`Cannot open libbpf "${path}"`, LINUX_ERRNO.EINVAL, {
          log: [reason],
          hint: `${LIBRARY_VARIABLE} names it; without it libbpf is looked for`,
        });
      }
      tried.push(`${candidate.label ?? path}: ${reason}`);
    }
  }
  throw new BpfError("Cannot open libbpf", LINUX_ERRNO.ENOENT, {
    log: tried,
    hint: `run scripts/build_libbpf.sh, install libbpf1, or set ${LIBRARY_VARIABLE}`,
  });
}

interface Candidate {
  origin: LibraryOrigin;
  path: string;
  label?: string;
  fd?: number;
}

function* candidates(libc: Libc6): Generator<Candidate> {
  const named = libc.getenv(LIBRARY_VARIABLE);
  if (named) {
    yield { origin: "environment", path: named };
    return;
  }
  const embedded = embeddedBytes();
  if (embedded) {
    // A memfd leaves no file behind, which an extracted library would, and nobody can exchange it before it is opened.
    const fd = libc.memfd(FILE_NAME, embedded);
    yield { origin: "embedded", path: `/proc/self/fd/${fd}`, label: "the embedded library", fd };
  }
  const built = builtPath();
  if (built !== undefined) yield { origin: "built", path: built };
  yield { origin: "system", path: SYSTEM_NAME };
}

/** The library as `scripts/build_binary.sh` put it into this binary, next to its main module; undefined when it did not. */
function embeddedBytes(): Uint8Array<ArrayBuffer> | undefined {
  if (!Deno.build.standalone) return undefined;
  try {
    return Deno.readFileSync(new URL(FILE_NAME, Deno.mainModule));
  } catch {
    return undefined;
  }
}

/** The library as `scripts/build_libbpf.sh` left it in this checkout; undefined where this is none. */
function builtPath(): string | undefined {
  if (Deno.build.standalone) return undefined;
  const { protocol, pathname } = new URL(`../../.build/lib/${FILE_NAME}`, import.meta.url);
  return protocol === "file:" ? decodeURIComponent(pathname) : undefined;
}

/** Opens the file at `path` as libbpf; whether it has the shim inside. @throws {Error} when it is no libbpf we can use. */
function openLibbpfAt(linker: DynamicLinker, path: string): { handle: Deno.PointerObject; hasShim: boolean } {
  const handle = linker.open(path);
  if (linker.find(handle, "libbpf_version_string") === null) {
    linker.close(handle);
    throw new Error("it is no libbpf 1.0 or newer");
  }
  return { handle, hasShim: linker.find(handle, "wasm_bpf_syscall") !== null };
}

const LIBC = "libc.so.6";
const { memfd_create, write, close } = systemCallRows("syscall");
const LIBC_ROWS = { ...LIBC_SYMBOLS, memfd_create, write, close } as const;

/** The C library by itself: what is needed before the one library is there, and the few calls that are no system calls. */
class Libc6 implements Disposable {
  readonly #library;

  constructor(linker: DynamicLinker) {
    this.#library = openTable(linker, LIBC, LIBC_ROWS);
  }

  /** An environment variable; always undefined in a program with privileges that its user lacks (setcap, setuid). */
  getenv(name: string): string | undefined {
    const value = this.#library.symbols.secure_getenv(cString(name));
    return value === null ? undefined : Deno.UnsafePointerView.getCString(value);
  }

  interfaceIndex(name: string): number {
    return this.#library.symbols.if_nametoindex(cString(name));
  }

  defaultAction(signal: number): void {
    const SIG_DFL = null;
    this.#library.symbols.signal(signal, SIG_DFL);
  }

  errnoView(): Int32Array {
    const location = this.#library.symbols.__errno_location();
    if (location === null) throw new TypeError("__errno_location() returned null");
    return new Int32Array(Deno.UnsafePointerView.getArrayBuffer(location, 4));
  }

  memfd(name: string, bytes: Uint8Array<ArrayBuffer>): number {
    const fd = this.#library.symbols.memfd_create(NUMBER.memfd_create, cString(name), MFD_CLOEXEC);
    if (fd < 0) throw new BpfError("Cannot make a memory file for libbpf", this.errnoView()[0] ?? 0);
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.subarray(done);
      const written = this.#library.symbols.write(NUMBER.write, fd, rest, rest.length);
      if (written <= 0) throw new BpfError("Cannot copy libbpf into memory", this.errnoView()[0] ?? 0);
      done += written;
    }
    return fd;
  }

  close(fd: number): void {
    this.#library.symbols.close(NUMBER.close, fd);
  }

  [Symbol.dispose](): void {
    this.#library.close();
  }
}
