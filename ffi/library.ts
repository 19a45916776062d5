/**
 * Finds and opens the one native library: libbpf, with libelf, zlib and this project's shim inside, or the system's libbpf.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../errors.ts";
import { openTable, type SymbolTable } from "./symbol_table.ts";
import { libcRows, syscallNumber } from "./symbols/syscalls.ts";

/** Where the library was found, in the order of search. */
export type LibraryOrigin = "environment" | "embedded" | "built" | "system";

/** Names the variable that overrides the search. */
export const LIBRARY_VARIABLE = "WASM_BPF_LIBBPF";

type ForeignFunctions = Deno.ForeignLibraryInterface & Record<string, Deno.ForeignFunction>;

const FILE_NAME = "libwasm_bpf.so";
const SYSTEM_NAME = "libbpf.so.1";
const MFD_CLOEXEC = 1;
const SIGPIPE = 13;

/** The opened library: every symbol table of this folder is looked up in it. */
export class NativeLibrary implements Disposable {
  /** What `dlopen` was given. */
  readonly path: string;
  readonly origin: LibraryOrigin;
  /** The C function of the shape of `syscall(2)` to go through, and the file it is in. */
  readonly syscallSymbol: "wasm_bpf_syscall" | "syscall";
  readonly #libc: Libc6;
  readonly #fd: number | undefined;
  #errnoView: Int32Array | undefined;

  constructor(
    path: string,
    origin: LibraryOrigin,
    libc: Libc6,
    options: { hasShim: boolean; fd?: number | undefined },
  ) {
    this.path = path;
    this.origin = origin;
    this.#libc = libc;
    this.#fd = options.fd;
    this.syscallSymbol = options.hasShim ? "wasm_bpf_syscall" : "syscall";
  }

  /** Whether the library is ours, with the functions of `shim.c` inside. */
  get hasShim(): boolean {
    return this.syscallSymbol === "wasm_bpf_syscall";
  }

  /** A table of functions, of which `fast` are called often. The caller closes it. */
  open<const S extends ForeignFunctions>(rows: S, fast: readonly (keyof S)[] = []): SymbolTable<S> {
    return openTable(this.path, rows, fast);
  }

  /**
   * A table of system calls, each row made for {@link NativeLibrary.syscallSymbol}; `fast` are called often. The caller
   * closes it.
   */
  openSyscalls<const S extends ForeignFunctions>(
    rows: (symbol: string) => S,
    fast: readonly (keyof S)[] = [],
  ): SymbolTable<S> {
    return openTable(this.hasShim ? this.path : LIBC, rows(this.syscallSymbol), fast);
  }

  /** The index of a network interface; 0 when there is none of this name. */
  interfaceIndex(name: string): number {
    return this.#libc.interfaceIndex(name);
  }

  /** Gives SIGPIPE its default action back, which ends the process. */
  restoreBrokenPipeSignal(): void {
    this.#libc.defaultAction(SIGPIPE);
  }

  /**
   * The result of a system call as the kernel gave it: negative errno on failure.
   *
   * With the shim that is what came back. Without it libc answers -1 and leaves the reason in errno, which something of the
   * JavaScript runtime may have overwritten since (seen once in 300,000 calls): good enough for a fallback.
   */
  result(value: number): number {
    if (value !== -1 || this.hasShim) return value;
    this.#errnoView ??= this.#libc.errnoView();
    return -(this.#errnoView[0] ?? 0);
  }

  [Symbol.dispose](): void {
    if (this.#fd !== undefined) this.#libc.close(this.#fd);
    this.#libc[Symbol.dispose]();
  }
}

/**
 * Opens the library: `$WASM_BPF_LIBBPF`, then the one embedded in this binary, then the one built in this checkout, then the
 * system's `libbpf.so.1`.
 *
 * Needs `--allow-ffi` and nothing else.
 *
 * @throws {BpfError} ENOENT when there is none, with every place that was tried in `log`.
 */
export function openLibrary(): NativeLibrary {
  const libc = new Libc6();
  const tried: string[] = [];
  for (const candidate of candidates(libc)) {
    const { origin, path, fd } = candidate;
    try {
      return new NativeLibrary(path, origin, libc, { hasShim: probeShim(path), fd });
    } catch (error) {
      if (fd !== undefined) libc.close(fd);
      const reason = withoutEcho(error, path);
      if (origin === "environment") {
        libc[Symbol.dispose]();
        // What a person named is used or refused, never passed over.
        throw new BpfError(`Cannot open libbpf "${path}"`, LINUX_ERRNO.EINVAL, {
          log: [reason],
          hint: `${LIBRARY_VARIABLE} names it; without it libbpf is looked for`,
        });
      }
      tried.push(`${candidate.label ?? path}: ${reason}`);
    }
  }
  libc[Symbol.dispose]();
  throw new BpfError("Cannot open libbpf", LINUX_ERRNO.ENOENT, {
    log: tried,
    hint: `run scripts/build_libbpf.sh, install libbpf1, or set ${LIBRARY_VARIABLE}`,
  });
}

/** What dlopen said, which begins with Deno's words, twice, and the path. */
function withoutEcho(error: unknown, path: string): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/^(Could not open library: )+/, "").replace(`${path}: `, "");
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
  const embedded = Deno.build.standalone ? embeddedBytes() : undefined;
  const built = new URL(`../.build/lib/${FILE_NAME}`, import.meta.url);
  if (embedded) {
    // A memfd leaves no file behind, which an extracted library would, and nobody can exchange it before it is opened.
    const fd = libc.memfd(FILE_NAME, embedded);
    yield { origin: "embedded", path: `/proc/self/fd/${fd}`, label: "the embedded library", fd };
  }
  if (built.protocol === "file:" && !Deno.build.standalone) {
    yield { origin: "built", path: decodeURIComponent(built.pathname) };
  }
  yield { origin: "system", path: SYSTEM_NAME };
}

/** The library as `scripts/build_binary.sh` put it into this binary; undefined when it did not. */
function embeddedBytes(): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Deno.readFileSync(new URL(`../lib/${FILE_NAME}`, import.meta.url));
  } catch {
    return undefined;
  }
}

/** Opens the file at `path` as libbpf; whether it has the shim inside. @throws {Error} when it is no libbpf we can use. */
function probeShim(path: string): boolean {
  const probe = Deno.dlopen(path, {
    // const char *libbpf_version_string(void)
    libbpf_version_string: { type: "pointer", optional: true },
    // long wasm_bpf_syscall(int nr, long a, long b, long c, long d, long e, long f)
    wasm_bpf_syscall: { type: "pointer", optional: true },
  });
  const { libbpf_version_string, wasm_bpf_syscall } = probe.symbols;
  probe.close();
  if (libbpf_version_string === null) throw new Error("it is no libbpf 1.0 or newer");
  return wasm_bpf_syscall !== null;
}

const LIBC = "libc.so.6";
const SYSCALL_ROWS = libcRows("syscall");

/** The C library by itself: what is needed before the one library is there, and the few calls that are no system calls. */
class Libc6 implements Disposable {
  readonly #library = openTable(LIBC, {
    // char *getenv(const char *name)
    getenv: { parameters: ["buffer"], result: "pointer" },
    // unsigned int if_nametoindex(const char *ifname)
    if_nametoindex: { parameters: ["buffer"], result: "u32" },
    // sighandler_t signal(int signum, sighandler_t handler)
    signal: { parameters: ["i32", "pointer"], result: "pointer" },
    // int *__errno_location(void)
    __errno_location: { parameters: [], result: "pointer" },
    memfd_create: SYSCALL_ROWS.memfd_create,
    write: SYSCALL_ROWS.write,
    close: SYSCALL_ROWS.close,
  });

  getenv(name: string): string | undefined {
    const value = this.#library.symbols.getenv(cString(name));
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
    const fd = this.#library.symbols.memfd_create(syscallNumber("memfd_create"), cString(name), MFD_CLOEXEC);
    if (fd < 0) throw new BpfError("Cannot make a memory file for libbpf", this.errnoView()[0] ?? 0);
    for (let done = 0; done < bytes.length;) {
      const rest = bytes.subarray(done);
      const written = this.#library.symbols.write(syscallNumber("write"), fd, rest, rest.length);
      if (written <= 0) throw new BpfError("Cannot copy libbpf into memory", this.errnoView()[0] ?? 0);
      done += written;
    }
    return fd;
  }

  close(fd: number): void {
    this.#library.symbols.close(syscallNumber("close"), fd);
  }

  [Symbol.dispose](): void {
    this.#library.close();
  }
}

/** `text` as C wants it: UTF-8 with a NUL at the end. @throws {TypeError} when it has a NUL inside. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  if (text.includes("\0")) throw new TypeError("Cannot pass a string with a NUL to C");
  return new TextEncoder().encode(`${text}\0`);
}
