/**
 * A guest without WebAssembly code. Tests call its import functions, on a private memory and in a private directory.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { WASI_ERRNO } from "../../errors/mod.ts";
import { Files } from "../../ffi/system/files.ts";
import { O } from "../../ffi/system/linux_numbers.ts";
import { openSystem } from "../../ffi/system/system.ts";
import type { AddressBits, GuestMemory } from "../../host/core/memory.ts";
import { LINUX_FILE_TYPES, WASI_TYPES } from "../../host/wasi/import_types.ts";
import { Wasi, type WasiOptions } from "../../host/wasi/mod.ts";
import { makeMemory } from "../doubles/memory.ts";
import { WasiTestState } from "../doubles/wasi_guest.ts";
import { ALL_RIGHTS, LOOKUP_SYMLINK_FOLLOW } from "../../host/wasi/types.ts";

/** The descriptor of the directory `/`, the only one that a {@link TestGuest} is given. */
export const ROOT = 3;

const ERRNO_NAMES = new Map<number, string>(Object.entries(WASI_ERRNO).map(([name, number]) => [number, name]));

/** The address for results and structs. Arguments are put above it. */
const RESULT = 64;
const SCRATCH = 4096;
const IOVECS = 512;

/** The options of a guest. */
export interface TestGuestOptions extends Partial<WasiOptions> {
  readOnly?: boolean;
  /** The width of its pointers and sizes; 32 by default. */
  addressBits?: AddressBits;
}

/** Makes a guest of the width that is tested; see {@link wasiTest}. */
export type NewGuest = (options?: TestGuestOptions) => TestGuest;

/** Registers a test for each width of guests. */
export function wasiTest(name: string, run: (newGuest: NewGuest) => void | Promise<void>): void {
  for (const addressBits of [32, 64] as const) {
    Deno.test(`${name} (wasm${addressBits})`, () => run((options) => new TestGuest({ addressBits, ...options })));
  }
}

/** The types of an import's parameters: "i32", "i64", or "ptr" for a pointer or size. */
export function parametersOf(name: string): readonly string[] {
  const [type = ""] = WASI_TYPES[name] ?? LINUX_FILE_TYPES[name] ?? [];
  return type.slice(1, type.indexOf(")")).split(", ");
}

/** See the module. Disposing it removes its directory on the host. */
export class TestGuest implements Disposable {
  readonly directory: string;
  readonly addressBits: AddressBits;
  readonly wasm: WebAssembly.Memory;
  readonly memory: GuestMemory;
  readonly wasi: Wasi;
  readonly #state: WasiTestState;
  readonly #system = openSystem();
  readonly files = new Files(this.#system.calls);
  #next = SCRATCH;

  constructor(options: TestGuestOptions = {}) {
    const { addressBits = 32 } = options;
    this.addressBits = addressBits;
    this.wasm = makeMemory({ pages: 4, addressBits });
    this.#state = new WasiTestState(addressBits);
    this.directory = Deno.makeTempDirSync({ prefix: "wasi-" });
    try {
      this.wasi = new Wasi(this.#state, this.files, this.#wasiOptions(options));
    } catch (error) {
      this.#close();
      throw error;
    }
    this.#state.bind(this.wasm);
    this.memory = this.#state.memory;
  }

  /** The path on the host of `name` in the guest's directory. */
  path(name: string): string {
    return `${this.directory}/${name}`;
  }

  /** Calls an import function. @returns the errno's name. */
  call(name: string, ...args: Wide[]): string {
    this.#next = SCRATCH;
    return this.#call(name, args);
  }

  /** Calls an import function that must succeed. */
  ok(name: string, ...args: Wide[]): void {
    assertEquals(this.call(name, ...args), "SUCCESS", name);
  }

  /** The host's descriptor of the guest's `fd`, if the guest may pass it to the kernel. */
  passedFd(fd: number): number | undefined {
    return this.#state.descriptors.find(fd)?.passedFd;
  }

  /** Calls a function of module `wasm_bpf_sys` on files. @returns the errno's name. */
  linux(name: string, ...args: Wide[]): string {
    this.#next = SCRATCH;
    const result = Number(this.wasi.linuxFiles[name]?.(...asWasmPasses(name, args, this.addressBits)));
    return ERRNO_NAMES.get(-result) ?? `errno ${-result}`;
  }

  // ----- memory

  u8(offset = 0): number {
    return this.memory.data.getUint8(RESULT + offset);
  }

  u16(offset = 0): number {
    return this.memory.data.getUint16(RESULT + offset, true);
  }

  u32(offset = 0): number {
    return this.memory.data.getUint32(RESULT + offset, true);
  }

  u64(offset = 0): bigint {
    return this.memory.data.getBigUint64(RESULT + offset, true);
  }

  /** The pointer or size with this number, counted from 0, among those that follow each other. */
  size(index = 0): number {
    return this.memory.readPointer(RESULT + index * this.memory.pointerBytes);
  }

  /** Puts bytes into memory. @returns their address and length. */
  put(value: string | Uint8Array): [ptr: number, size: number] {
    const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
    const ptr = this.#next;
    this.memory.bytes.set(bytes, ptr);
    this.#next += (bytes.length + 15) & ~7;
    return [ptr, bytes.length];
  }

  /** Puts iovecs into memory. Their values may be hostile. @returns the address and the number of them. */
  putIovecs(...ranges: readonly (readonly [ptr: Wide, size: Wide])[]): [ptr: number, count: number] {
    const { data, pointerBytes } = this.memory;
    ranges.flat().forEach((value, index) => {
      const at = IOVECS + index * pointerBytes;
      if (this.addressBits === 64) data.setBigUint64(at, BigInt(value), true);
      else data.setUint32(at, Number(value), true);
    });
    return [IOVECS, ranges.length];
  }

  // ----- files

  /** `path_open`. @returns the descriptor, or the errno's name. */
  open(path: string | Uint8Array, options: OpenOptions = {}): number | string {
    this.#next = SCRATCH;
    const errno = this.#call("path_open", [
      options.at ?? ROOT,
      options.follow === false ? 0 : LOOKUP_SYMLINK_FOLLOW,
      ...this.put(path),
      options.oflags ?? 0,
      options.rights ?? ALL_RIGHTS,
      options.inheriting ?? ALL_RIGHTS,
      options.fdflags ?? 0,
      RESULT,
    ]);
    return errno === "SUCCESS" ? this.u32() : errno;
  }

  /** {@link TestGuest.open} that must succeed. */
  opened(path: string, options: OpenOptions = {}): number {
    const fd = this.open(path, options);
    if (typeof fd === "string") throw new Error(`path_open("${path}"): ${fd}`);
    return fd;
  }

  /** A call whose arguments are a directory's descriptor, a path, and others: `path_unlink_file` and its like. */
  onPath(name: string, path: string | Uint8Array, ...rest: Wide[]): string {
    this.#next = SCRATCH;
    return this.#call(name, [ROOT, ...this.put(path), ...rest]);
  }

  rename(from: string, to: string): string {
    this.#next = SCRATCH;
    return this.#call("path_rename", [ROOT, ...this.put(from), ROOT, ...this.put(to)]);
  }

  link(from: string, to: string, flags = 0): string {
    this.#next = SCRATCH;
    return this.#call("path_link", [ROOT, flags, ...this.put(from), ROOT, ...this.put(to)]);
  }

  symlink(target: string, path: string): string {
    this.#next = SCRATCH;
    return this.#call("path_symlink", [...this.put(target), ROOT, ...this.put(path)]);
  }

  /** `path_filestat_get`; the result is where {@link TestGuest.u64} and its like read. */
  stat(path: string, options: { follow?: boolean } = {}): string {
    this.#next = SCRATCH;
    return this.#call("path_filestat_get", [
      ROOT,
      options.follow === false ? 0 : LOOKUP_SYMLINK_FOLLOW,
      ...this.put(path),
      RESULT,
    ]);
  }

  /** `fd_write`. @returns the number of bytes, or the errno's name. */
  write(fd: number, ...texts: string[]): number | string {
    this.#next = SCRATCH;
    const errno = this.#call("fd_write", [fd, ...this.putIovecs(...texts.map((text) => this.put(text))), RESULT]);
    return errno === "SUCCESS" ? this.size() : errno;
  }

  /** `fd_pwrite`. @returns the number of bytes, or the errno's name. */
  writeAt(fd: number, offset: bigint, ...texts: string[]): number | string {
    this.#next = SCRATCH;
    const iovecs = this.putIovecs(...texts.map((text) => this.put(text)));
    const errno = this.#call("fd_pwrite", [fd, ...iovecs, offset, RESULT]);
    return errno === "SUCCESS" ? this.size() : errno;
  }

  /** `fd_read` (or `fd_pread`, with an offset) into one buffer. @returns the text, or the errno's name after "!". */
  read(fd: number, size = 100, offset?: bigint): string {
    this.#next = SCRATCH;
    const iovecs = this.putIovecs([SCRATCH, size]);
    const errno = offset === undefined
      ? this.#call("fd_read", [fd, ...iovecs, RESULT])
      : this.#call("fd_pread", [fd, ...iovecs, offset, RESULT]);
    if (errno !== "SUCCESS") return `!${errno}`;
    return new TextDecoder().decode(this.memory.bytes.slice(SCRATCH, SCRATCH + this.size()));
  }

  /** `fd_seek`. @returns the position, or the errno's name. */
  seek(fd: number, offset: bigint, whence: number): bigint | string {
    const errno = this.call("fd_seek", fd, offset, whence, RESULT);
    return errno === "SUCCESS" ? this.u64() : errno;
  }

  /** `fd_fdstat_get`. */
  fdstat(fd: number): { filetype: number; flags: number; rights: bigint; inheriting: bigint } {
    this.ok("fd_fdstat_get", fd, RESULT);
    return { filetype: this.u8(), flags: this.u16(2), rights: this.u64(8), inheriting: this.u64(16) };
  }

  #call(name: string, args: Wide[]): string {
    const run = this.wasi.imports[name];
    if (run === undefined) throw new TypeError(`no import "${name}"`);
    const errno = run(...asWasmPasses(name, args, this.addressBits));
    return ERRNO_NAMES.get(errno) ?? `errno ${errno}`;
  }

  #wasiOptions(options: TestGuestOptions): WasiOptions {
    const root = { hostPath: this.directory, guestPath: "/", readOnly: options.readOnly ?? false };
    return { args: [], env: {}, preopens: [root], ...options };
  }

  [Symbol.dispose](): void {
    this.wasi[Symbol.dispose]();
    this.#close();
  }

  #close(): void {
    this.#state[Symbol.dispose]();
    this.#system[Symbol.dispose]();
    Deno.removeSync(this.directory, { recursive: true });
  }
}

/** A number of the test, or a BigInt for one that is not exact as a number. */
type Wide = number | bigint;

/** The arguments as WebAssembly passes them: signed numbers for 32 bits, signed BigInts for 64. */
export function asWasmPasses(name: string, args: readonly Wide[], addressBits: AddressBits): Wide[] {
  const parameters = parametersOf(name);
  return args.map((value, index) => {
    const isWide = parameters[index] === "i64" || (parameters[index] === "ptr" && addressBits === 64);
    return isWide ? BigInt.asIntN(64, BigInt(value)) : Number(value) | 0;
  });
}

/** The options of `path_open`. By default it requests all rights and follows links. */
export interface OpenOptions {
  at?: number;
  follow?: boolean;
  oflags?: number;
  rights?: bigint;
  inheriting?: bigint;
  fdflags?: number;
}

/** Address of the results that {@link TestGuest.u32} and its like read. */
export const RESULT_PTR = RESULT;

/** Opens `name` of the probe's directory; the caller closes it. */
export function openFile(probe: TestGuest, name: string, flags: number): number {
  const directory = probe.files.openDirectory(probe.directory);
  const fd = probe.files.openBeneath(
    directory,
    new TextEncoder().encode(`${name}\0`),
    flags,
    (flags & O.CREAT) === 0 ? 0 : 0o600,
  );
  probe.files.close(directory);
  return fd;
}
