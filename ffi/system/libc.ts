/**
 * The operating system, as far as eBPF needs it: descriptors, memory mappings, waiting. One method per system call, bytes in
 * and out; every result is the kernel's own (a count, a descriptor, or a negative errno), so hot paths need no exception.
 *
 * WASI's file operations have tables of their own, on top of the same {@link NativeLibrary}.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { cString } from "./c_string.ts";
import { type FileStatus, readStatx, STATX_SIZE } from "./file_layouts.ts";
import type { NativeLibrary } from "./library.ts";
import { type Address, address, NULL } from "./pointers.ts";
import type { SymbolTable } from "./symbol_table.ts";
import { libcRows, syscallNumber } from "./symbols/syscalls.ts";

/** `AT_FDCWD`: relative paths start at the process's working directory. */
export const AT_FDCWD = -100;

/** Flags of {@link Libc.open} (`asm-generic/fcntl.h`); O_DIRECTORY is another number on arm64. */
export const OPEN = {
  RDONLY: 0,
  CLOEXEC: 0o2000000,
  /** O_PATH: a place in the file system, not opened for reading. */
  PATH: 0o10000000,
  DIRECTORY: Deno.build.arch === "aarch64" ? 0o40000 : 0o200000,
  NOFOLLOW: Deno.build.arch === "aarch64" ? 0o100000 : 0o400000,
  NONBLOCK: 0o4000,
} as const;

/** Flags of {@link Libc.mmap} (`sys/mman.h`). */
export const MMAP = {
  PROT_NONE: 0,
  PROT_READ: 1,
  PROT_WRITE: 2,
  SHARED: 1,
  PRIVATE: 2,
  FIXED: 0x10,
  ANONYMOUS: 0x20,
} as const;

const AT_PAGESZ = 6;
const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff;
const AF_INET = 2;
const SOCK_DGRAM = 2;
const SIOCGIFADDR = 0x8915;
/** `struct ifreq` (`linux/if.h`): 16 bytes of name with its NUL, 24 of a union. */
const IFREQ_SIZE = 40;
const IFNAMSIZ = 16;
const RLIMIT_DATA = 2;

const NUMBER = {
  openat: syscallNumber("openat"),
  read: syscallNumber("read"),
  write: syscallNumber("write"),
  close: syscallNumber("close"),
  mmap: syscallNumber("mmap"),
  munmap: syscallNumber("munmap"),
  epoll_create1: syscallNumber("epoll_create1"),
  epoll_ctl: syscallNumber("epoll_ctl"),
  epoll_pwait: syscallNumber("epoll_pwait"),
  eventfd2: syscallNumber("eventfd2"),
  fstatfs: syscallNumber("fstatfs"),
  statx: syscallNumber("statx"),
  pread64: syscallNumber("pread64"),
  ioctl: syscallNumber("ioctl"),
  perf_event_open: syscallNumber("perf_event_open"),
  socket: syscallNumber("socket"),
  bind: syscallNumber("bind"),
  setsockopt: syscallNumber("setsockopt"),
  capget: syscallNumber("capget"),
  prlimit64: syscallNumber("prlimit64"),
} as const;

/** System calls through the one library. Closed with it. */
export class Libc implements Disposable {
  readonly #library: NativeLibrary;
  readonly #dl: SymbolTable<ReturnType<typeof libcRows>>;
  #pageSizeBytes: number | undefined;

  constructor(library: NativeLibrary) {
    this.#library = library;
    this.#dl = library.openSyscalls(libcRows);
  }

  /** Opens `path`. @returns a descriptor or a negative errno. */
  open(path: string, flags: number, mode = 0): number {
    return this.#library.result(this.#dl.symbols.openat(NUMBER.openat, AT_FDCWD, cString(path), flags, mode));
  }

  /** Reads up to `bytes.length` bytes. @returns how many, 0 at the end, or a negative errno. */
  read(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
    return this.#library.result(this.#dl.symbols.read(NUMBER.read, fd, bytes, bytes.length));
  }

  /** Reads up to `bytes.length` bytes from `offset`. @returns the number of bytes read, or a negative errno. */
  readAt(fd: number, bytes: Uint8Array<ArrayBuffer>, offset: number): number {
    return this.#library.result(
      this.#dl.symbols.pread64(NUMBER.pread64, fd, bytes, bytes.length, address(offset)),
    );
  }

  /** Writes up to `bytes.length` bytes. @returns how many, or a negative errno. */
  write(fd: number, bytes: Uint8Array<ArrayBuffer>): number {
    return this.#library.result(this.#dl.symbols.write(NUMBER.write, fd, bytes, bytes.length));
  }

  close(fd: number): number {
    return this.#library.result(this.#dl.symbols.close(NUMBER.close, fd));
  }

  /**
   * Maps `sizeBytes` bytes of `fd` from `offset` at `at` (0: anywhere).
   *
   * @returns the address, or a negative errno.
   */
  mmap(at: Address, sizeBytes: number, protection: number, flags: number, fd: number, offset: number): number {
    return this.#wide(
      this.#dl.symbols.mmap(NUMBER.mmap, at, address(sizeBytes), protection, flags, fd, address(offset)),
    );
  }

  /** Puts fresh zero pages of this process's own in the place of whatever is mapped at `at`. @returns as {@link Libc.mmap}. */
  mapFresh(at: Address, sizeBytes: number): number {
    const flags = MMAP.PRIVATE | MMAP.ANONYMOUS | MMAP.FIXED;
    return this.mmap(at, sizeBytes, MMAP.PROT_READ | MMAP.PROT_WRITE, flags, -1, 0);
  }

  munmap(at: Address, sizeBytes: number): number {
    return this.#library.result(this.#dl.symbols.munmap(NUMBER.munmap, at, address(sizeBytes)));
  }

  /** @returns an epoll descriptor or a negative errno. */
  epollCreate(): number {
    return this.#library.result(this.#dl.symbols.epoll_create1(NUMBER.epoll_create1, OPEN.CLOEXEC));
  }

  /** @param event a `struct epoll_event`: 12 bytes on x86_64 (packed), 16 on arm64. */
  epollControl(epollFd: number, operation: number, fd: number, event: Uint8Array<ArrayBuffer>): number {
    return this.#library.result(this.#dl.symbols.epoll_ctl(NUMBER.epoll_ctl, epollFd, operation, fd, event));
  }

  /**
   * Waits for events. @param timeoutMs -1 waits for ever.
   *
   * @returns how many `struct epoll_event` were written to `events`, or a negative errno.
   */
  epollWait(epollFd: number, events: Uint8Array<ArrayBuffer>, maxEvents: number, timeoutMs: number): number {
    return this.#library.result(
      this.#dl.symbols.epoll_pwait(NUMBER.epoll_pwait, epollFd, events, maxEvents, timeoutMs, null, 8),
    );
  }

  /** @returns an eventfd (counter 0, non-blocking, close on exec) or a negative errno. */
  eventfd(): number {
    return this.#library.result(this.#dl.symbols.eventfd2(NUMBER.eventfd2, 0, OPEN.CLOEXEC | 0o4000));
  }

  /** The type of the file system that `fd` is on (`linux/magic.h`), or a negative errno. */
  fileSystemType(fd: number): number {
    const statfs = new BigInt64Array(32);
    const result = this.#library.result(this.#dl.symbols.fstatfs(NUMBER.fstatfs, fd, statfs));
    return result < 0 ? result : Number(statfs[0]);
  }

  /** The type and identity of the open file `fd`, or a negative errno. Accepts a descriptor from {@link OPEN.PATH}. */
  status(fd: number): FileStatus | number {
    const statx = new Uint8Array(STATX_SIZE);
    const result = this.#library.result(
      this.#dl.symbols.statx(NUMBER.statx, fd, cString(""), AT_EMPTY_PATH, STATX_BASIC_STATS, statx),
    );
    return result < 0 ? result : readStatx(statx);
  }

  /** True when an IPv4 address of this network namespace has the label `label` ("eth0:1"), as `ip address` shows it. */
  hasAddressLabel(label: string): boolean {
    const name = cString(label);
    if (name.length > IFNAMSIZ) return false;
    const fd = this.socket(AF_INET, SOCK_DGRAM | OPEN.CLOEXEC, 0);
    if (fd < 0) return false;
    const request = new Uint8Array(IFREQ_SIZE);
    request.set(name);
    const result = this.#library.result(this.#dl.symbols.ioctl(NUMBER.ioctl, fd, SIOCGIFADDR, request));
    this.close(fd);
    return result === 0;
  }

  /** @param attributes a `struct perf_event_attr`. @returns a descriptor or a negative errno. */
  perfEventOpen(attributes: Uint8Array<ArrayBuffer>, pid: number, cpu: number, groupFd: number, flags: number): number {
    return this.#library.result(
      this.#dl.symbols.perf_event_open(NUMBER.perf_event_open, attributes, pid, cpu, groupFd, flags),
    );
  }

  /** @returns a descriptor or a negative errno. */
  socket(domain: number, type: number, protocol: number): number {
    return this.#library.result(this.#dl.symbols.socket(NUMBER.socket, domain, type, protocol));
  }

  bind(fd: number, socketAddress: Uint8Array<ArrayBuffer>): number {
    return this.#library.result(this.#dl.symbols.bind(NUMBER.bind, fd, socketAddress, socketAddress.length));
  }

  setSocketOption(fd: number, level: number, option: number, value: Uint8Array<ArrayBuffer>): number {
    return this.#library.result(
      this.#dl.symbols.setsockopt(NUMBER.setsockopt, fd, level, option, value, value.length),
    );
  }

  /** The process's effective capabilities, as a bit set (`linux/capability.h`). */
  effectiveCapabilities(): bigint {
    const header = new Uint32Array([0x20080522, 0]);
    const data = new Uint32Array(6);
    this.#library.result(this.#dl.symbols.capget(NUMBER.capget, header, data));
    return BigInt(data[0] ?? 0) | (BigInt(data[3] ?? 0) << 32n);
  }

  /** Lowers RLIMIT_DATA, which counts private writable memory, to `sizeBytes` if it is higher. @returns 0 or a negative errno. */
  limitData(sizeBytes: number): number {
    const own = 0;
    const limits = new BigUint64Array(2);
    const prlimit = (wanted: BigUint64Array<ArrayBuffer> | null, old: BigUint64Array<ArrayBuffer> | null) =>
      this.#library.result(this.#dl.symbols.prlimit64(NUMBER.prlimit64, own, RLIMIT_DATA, wanted, old));
    const result = prlimit(null, limits);
    if (result < 0) return result;
    return prlimit(limits.map((limit) => limit < BigInt(sizeBytes) ? limit : BigInt(sizeBytes)), null);
  }

  /** The size of a page: 4 KiB on x86_64; 4, 16 or 64 KiB on arm64. */
  get pageSizeBytes(): number {
    this.#pageSizeBytes ??= Deno.build.arch === "x86_64"
      ? 4096
      : auxiliaryValue(this.readFile("/proc/self/auxv"), AT_PAGESZ);
    return this.#pageSizeBytes;
  }

  /**
   * The bytes of the file at `path`, without Deno's read permission.
   *
   * @throws {BpfError} with the errno of `open` or `read`; EFBIG for more than 256 MiB.
   */
  readFile(path: string): Uint8Array<ArrayBuffer> {
    const operation = `Cannot read "${path}"`;
    const fd = this.open(path, OPEN.RDONLY | OPEN.CLOEXEC);
    if (fd < 0) throw new BpfError(operation, fd);
    try {
      return this.readToEnd(fd, operation);
    } finally {
      this.close(fd);
    }
  }

  /**
   * Reads `fd` to its end.
   *
   * @param operation "Cannot read ...", for the error.
   * @throws {BpfError} with the errno of `read`; EFBIG for more than 256 MiB; ENOMEM.
   */
  readToEnd(fd: number, operation: string): Uint8Array<ArrayBuffer> {
    // A list of parts needs less memory than one growing array: the old arrays would stay until the next garbage collection, and
    // a large file would take three times its size.
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let part = new Uint8Array(FIRST_PART_BYTES);
    let used = 0;
    let size = 0;
    for (;;) {
      const count = this.read(fd, part.subarray(used));
      if (count === -LINUX_ERRNO.EINTR) continue;
      if (count < 0) throw new BpfError(operation, count);
      if (count === 0) return joined([...parts, part.subarray(0, used)], size, operation);
      used += count;
      size += count;
      if (size > MAX_FILE_BYTES) {
        throw new BpfError(operation, LINUX_ERRNO.EFBIG, { log: ["it has more than 256 MiB"] });
      }
      if (used < part.length) continue;
      parts.push(part);
      if (parts.length > 1 && !this.#hasRoomFor(PART_BYTES + ENGINE_ROOM_BYTES)) {
        throw new BpfError(operation, LINUX_ERRNO.ENOMEM);
      }
      part = allocated(PART_BYTES, operation);
      used = 0;
    }
  }

  /** True when `sizeBytes` bytes of memory are left to this process. */
  #hasRoomFor(sizeBytes: number): boolean {
    const flags = MMAP.PRIVATE | MMAP.ANONYMOUS;
    const at = this.mmap(NULL, sizeBytes, MMAP.PROT_READ | MMAP.PROT_WRITE, flags, -1, 0);
    if (at > 0) this.munmap(address(at), sizeBytes);
    return at > 0;
  }

  #wide(value: bigint): number {
    const number = Number(value);
    return number === -1 ? this.#library.result(-1) : number;
  }

  [Symbol.dispose](): void {
    this.#dl.close();
  }
}

/** Larger than any module or object. The limit also stops endless devices and pipes. */
const MAX_FILE_BYTES = 256 << 20;

/** Most modules and objects fit into the first part. */
const FIRST_PART_BYTES = 1 << 16;
const PART_BYTES = 1 << 20;

/** Memory that is left to the engine when a file does not fit: it ends the process when it finds none for itself. */
const ENGINE_ROOM_BYTES = 8 << 20;

/** A value of the auxiliary vector: pairs of 64-bit type and value (`man 3 getauxval`). */
function auxiliaryValue(vector: Uint8Array<ArrayBuffer>, type: number): number {
  const view = new DataView(vector.buffer, vector.byteOffset, vector.byteLength);
  for (let at = 0; at + 16 <= vector.length; at += 16) {
    if (Number(view.getBigUint64(at, true)) === type) return Number(view.getBigUint64(at + 8, true));
  }
  throw new BpfError("Cannot find the page size", LINUX_ERRNO.ENOENT);
}

/** Joins `parts` into one array. A single part is returned as it is. */
function joined(
  parts: readonly Uint8Array<ArrayBuffer>[],
  sizeBytes: number,
  operation: string,
): Uint8Array<ArrayBuffer> {
  const [first] = parts;
  if (first !== undefined && first.length === sizeBytes) return first;
  const whole = allocated(sizeBytes, operation);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** @throws {BpfError} ENOMEM. */
function allocated(sizeBytes: number, operation: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(sizeBytes);
  } catch (cause) {
    throw new BpfError(operation, LINUX_ERRNO.ENOMEM, { cause });
  }
}
