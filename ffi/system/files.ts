/**
 * Files and directories, for WASI. Each method makes a system call, and makes it again if a signal interrupted it.
 * Results are the kernel's: a count, a descriptor, 0, or a negative errno.
 *
 * A `name` is a path as bytes, relative to the descriptor of a directory. Only {@link Files.openBeneath} takes a path of more than
 * one component, which the kernel confines to the directory.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors/mod.ts";
import { cString, EMPTY } from "./c_string.ts";
import {
  type DirectoryEntry,
  type FileStatus,
  type NewTime,
  openHow,
  readDirectoryEntries,
  utimes,
} from "./file_layouts.ts";
import { AT, F, IOCTL, MFD_CLOEXEC, O, PATH_MAX, RESOLVE, UIO_MAXIOV } from "./linux_numbers.ts";
import { pathOfDescriptor } from "./host_paths.ts";
import { addressOf } from "./pointers.ts";
import { LAYOUT } from "./struct_layouts.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls, SystemCallSymbols } from "./system_calls.ts";

/** The largest number of ranges that one call takes. */
export const MAX_RANGES = UIO_MAXIOV;

/** Parts of one buffer. `pairs` holds `count` pairs of an offset and a length, which the caller has checked. */
export interface Ranges {
  buffer: ArrayBuffer;
  pairs: Float64Array<ArrayBuffer>;
  count: number;
}

/** `MAX_RW_COUNT` of Linux, with pages of 4 KiB. */
const MAX_TRANSFER = 0x7fff_f000;
const DIRECTORY_CHUNK = 32768;
/** The number of times that a path is resolved again after a concurrent rename. */
const RACE_RETRIES = 32;

/** System calls on files. */
export class Files {
  readonly calls: SystemCalls;
  readonly #call: SystemCallSymbols;
  /** `struct iovec`s: 64-bit addresses and lengths, as pairs of 32-bit halves. */
  readonly #iovecs = new Uint32Array(MAX_RANGES * 4);

  constructor(calls: SystemCalls) {
    this.calls = calls;
    this.#call = calls.symbols;
  }

  // ----- reading and writing

  /** Reads into `ranges` at the descriptor's position. @returns the number of bytes, 0 at the end, or a negative errno. */
  read(fd: number, ranges: Ranges): number {
    for (;;) {
      const result = this.calls.result(
        ranges.count === 1
          ? this.#call.read(NUMBER.read, fd, onlyRange(ranges), onlySize(ranges))
          : this.#call.readv(NUMBER.readv, fd, this.#iovecsOf(ranges), ranges.count),
      );
      if (result !== -LINUX_ERRNO.EINTR) return result;
    }
  }

  /** Writes `ranges` at the descriptor's position, in one write. @returns the number of bytes, or a negative errno. */
  write(fd: number, ranges: Ranges): number {
    for (;;) {
      const result = this.calls.result(
        ranges.count === 1
          ? this.#call.write(NUMBER.write, fd, onlyRange(ranges), onlySize(ranges))
          : this.#call.writev(NUMBER.writev, fd, this.#iovecsOf(ranges), ranges.count),
      );
      if (result !== -LINUX_ERRNO.EINTR) return result;
    }
  }

  /** Reads into `ranges` from `offset`. The position stays. */
  readAt(fd: number, ranges: Ranges, offset: bigint): number {
    const iovecs = this.#iovecsOf(ranges);
    return this.#again(() => this.#call.preadv(NUMBER.preadv, fd, iovecs, ranges.count, offset));
  }

  /** Writes `ranges` at `offset`. The position stays. A descriptor with `O.APPEND` appends instead. */
  writeAt(fd: number, ranges: Ranges, offset: bigint): number {
    const iovecs = this.#iovecsOf(ranges);
    return this.#again(() => this.#call.pwritev(NUMBER.pwritev, fd, iovecs, ranges.count, offset));
  }

  /** Moves the position. @param whence 0 from the start, 1 from here, 2 from the end. @returns the position, or a negative errno. */
  seek(fd: number, offset: bigint, whence: number): bigint {
    const result = this.#call.lseek(NUMBER.lseek, fd, offset, whence);
    return result === -1n ? BigInt(this.calls.result(-1)) : result;
  }

  // ----- descriptors

  close(fd: number): number {
    return this.calls.close(fd);
  }

  /** The flags and access mode ({@link O}) of an open file, or a negative errno. */
  flags(fd: number): number {
    return this.calls.result(this.#call.fcntl(NUMBER.fcntl, fd, F.GETFL, 0));
  }

  /** Sets APPEND and NONBLOCK; the kernel ignores all other flags. */
  setFlags(fd: number, flags: number): number {
    return this.calls.result(this.#call.fcntl(NUMBER.fcntl, fd, F.SETFL, flags));
  }

  isTerminal(fd: number): boolean {
    const termios = new Uint8Array(64);
    return this.calls.result(this.#call.ioctl(NUMBER.ioctl, fd, IOCTL.TCGETS, termios)) === 0;
  }

  /** The number of bytes that can be read without waiting, or a negative errno. */
  readableBytes(fd: number): number {
    const count = new Int32Array(1);
    const result = this.calls.result(this.#call.ioctl(NUMBER.ioctl, fd, IOCTL.FIONREAD, count));
    return result < 0 ? result : count[0] ?? 0;
  }

  // ----- status and content

  /** The status of the open file `fd`, or a negative errno. Accepts a descriptor from `O.PATH`. */
  status(fd: number): FileStatus | number {
    return this.calls.status(fd);
  }

  /** Sets the times of the open file `fd`. Accepts a descriptor from `O.PATH` since Linux 5.8. */
  setTimes(fd: number, accessed: NewTime, modified: NewTime): number {
    const times = utimes(accessed, modified);
    return this.calls.result(this.#call.utimensat(NUMBER.utimensat, fd, EMPTY, times, AT.EMPTY_PATH));
  }

  /**
   * Checks the access of this process's real user to the open file `fd`. Accepts a descriptor from `O.PATH`. Needs /proc.
   *
   * @param access the bits of access(2): 4 to read, 2 to write, 1 to execute or search.
   */
  checkAccess(fd: number, access: number): number {
    const path = cString(pathOfDescriptor(fd));
    return this.calls.result(this.#call.faccessat(NUMBER.faccessat, AT.FDCWD, path, access));
  }

  setSize(fd: number, sizeBytes: bigint): number {
    return this.#again(() => this.#call.ftruncate(NUMBER.ftruncate, fd, sizeBytes));
  }

  /** Reserves space on the disk for a range. The file grows to contain it. */
  allocate(fd: number, offset: bigint, sizeBytes: bigint): number {
    return this.#again(() => this.#call.fallocate(NUMBER.fallocate, fd, 0, offset, sizeBytes));
  }

  /** @param advice `POSIX_FADV_*`. */
  advise(fd: number, offset: bigint, sizeBytes: bigint, advice: number): number {
    return this.calls.result(this.#call.fadvise64(NUMBER.fadvise64, fd, offset, sizeBytes, advice));
  }

  sync(fd: number): number {
    return this.#again(() => this.#call.fsync(NUMBER.fsync, fd));
  }

  syncData(fd: number): number {
    return this.#again(() => this.#call.fdatasync(NUMBER.fdatasync, fd));
  }

  /** The next entries of a directory, from its position; none at the end; or a negative errno. */
  readDirectory(fd: number): DirectoryEntry[] | number {
    const bytes = new Uint8Array(DIRECTORY_CHUNK);
    const result = this.#again(() => this.#call.getdents64(NUMBER.getdents64, fd, bytes, bytes.length));
    return result < 0 ? result : [...readDirectoryEntries(bytes.subarray(0, result))];
  }

  // ----- names

  /** True if the host has a file or a directory at `path`. A path that ends with a slash must be a directory. */
  exists(path: string): boolean {
    const flags = O.PATH | O.CLOEXEC;
    const fd = this.#again(() => this.#call.openat(NUMBER.openat, AT.FDCWD, cString(path), flags, 0));
    if (fd >= 0) this.close(fd);
    return fd >= 0;
  }

  /** The status of the host's file at `path`, or a negative errno. */
  statusOfPath(path: string): FileStatus | number {
    const fd = this.openPlace(path);
    if (fd < 0) return fd;
    const status = this.status(fd);
    this.close(fd);
    return status;
  }

  /** Makes a file in memory with this content. @returns a descriptor at its start, or a negative errno. */
  makeMemoryFile(content: Uint8Array<ArrayBuffer>): number {
    const fd = this.calls.result(this.#call.memfd_create(NUMBER.memfd_create, cString("guest"), MFD_CLOEXEC));
    if (fd < 0) return fd;
    const pairs = Float64Array.of(content.byteOffset, content.length);
    const written = this.write(fd, { buffer: content.buffer, pairs, count: 1 });
    if (written === content.length) {
      this.seek(fd, 0n, 0);
      return fd;
    }
    this.close(fd);
    return written < 0 ? written : -LINUX_ERRNO.ENOSPC;
  }

  /** Opens a directory of the host. @returns a descriptor or a negative errno. */
  openDirectory(path: string): number {
    const flags = O.RDONLY | O.DIRECTORY | O.CLOEXEC;
    return this.#again(() => this.#call.openat(NUMBER.openat, AT.FDCWD, cString(path), flags, 0));
  }

  /** Finds a file of the host, without opening it for reading. @returns a descriptor from `O.PATH`, or a negative errno. */
  openPlace(path: string): number {
    return this.#again(() => this.#call.openat(NUMBER.openat, AT.FDCWD, cString(path), O.PATH | O.CLOEXEC, 0));
  }

  /**
   * Opens the file of the descriptor `fd`, which is from {@link openPlace}, and no other file that has its name by now. Needs /proc.
   *
   * @returns a new descriptor or a negative errno.
   */
  reopen(fd: number, flags: number): number {
    const isExclusive = (flags & O.EXCL) !== 0;
    const ignored = O.NOFOLLOW | (isExclusive ? 0 : O.CREAT);
    const path = cString(pathOfDescriptor(fd));
    return this.#again(() => this.#call.openat(NUMBER.openat, AT.FDCWD, path, (flags & ~ignored) | O.CLOEXEC, 0));
  }

  /**
   * Opens `path` below the directory `fd`. No `..`, link, magic link or race leads outside.
   *
   * @returns a descriptor, `-EXDEV` when the path would leave, `-ENOSYS` before kernel 5.6, or another negative errno.
   */
  openBeneath(fd: number, path: Uint8Array<ArrayBuffer>, flags: number, mode = 0): number {
    return this.#openat2(fd, path, openHow(flags | O.CLOEXEC, mode, RESOLVE.BENEATH | RESOLVE.NO_MAGICLINKS));
  }

  /** As {@link openBeneath}, but for the host's `/`: absolute links lead to their targets, and `..` stays at the root. */
  openInRoot(fd: number, path: Uint8Array<ArrayBuffer>, flags: number, mode = 0): number {
    return this.#openat2(fd, path, openHow(flags | O.CLOEXEC, mode, RESOLVE.IN_ROOT | RESOLVE.NO_MAGICLINKS));
  }

  #openat2(fd: number, path: Uint8Array<ArrayBuffer>, how: BigUint64Array<ArrayBuffer>): number {
    for (let tries = 0;; tries++) {
      const result = this.#again(() => this.#call.openat2(NUMBER.openat2, fd, path, how, LAYOUT.open_how.size));
      // The kernel fails at a ".." when any file of the system was renamed during the call.
      if (result !== -LINUX_ERRNO.EAGAIN || tries === RACE_RETRIES) return result;
    }
  }

  makeDirectory(fd: number, name: Uint8Array<ArrayBuffer>, mode: number): number {
    return this.calls.result(this.#call.mkdirat(NUMBER.mkdirat, fd, name, mode));
  }

  unlink(fd: number, name: Uint8Array<ArrayBuffer>): number {
    return this.calls.result(this.#call.unlinkat(NUMBER.unlinkat, fd, name, 0));
  }

  removeDirectory(fd: number, name: Uint8Array<ArrayBuffer>): number {
    return this.calls.result(this.#call.unlinkat(NUMBER.unlinkat, fd, name, AT.REMOVEDIR));
  }

  rename(fd: number, name: Uint8Array<ArrayBuffer>, newFd: number, newName: Uint8Array<ArrayBuffer>): number {
    return this.calls.result(this.#call.renameat2(NUMBER.renameat2, fd, name, newFd, newName, 0));
  }

  /** Makes a hard link. Does not follow a symbolic link, unless `name` ends with a slash, which the caller must prevent. */
  link(fd: number, name: Uint8Array<ArrayBuffer>, newFd: number, newName: Uint8Array<ArrayBuffer>): number {
    return this.calls.result(this.#call.linkat(NUMBER.linkat, fd, name, newFd, newName, 0));
  }

  symlink(target: Uint8Array<ArrayBuffer>, fd: number, name: Uint8Array<ArrayBuffer>): number {
    return this.calls.result(this.#call.symlinkat(NUMBER.symlinkat, target, fd, name));
  }

  /** The target of the link `fd` (from `O.PATH | O.NOFOLLOW`), or a negative errno: ENOENT when it is not a link. */
  readLink(fd: number): Uint8Array<ArrayBuffer> | number {
    const target = new Uint8Array(PATH_MAX);
    const result = this.calls.result(
      this.#call.readlinkat(NUMBER.readlinkat, fd, EMPTY, target, target.length),
    );
    return result < 0 ? result : target.subarray(0, result);
  }

  #again(call: () => number): number {
    for (;;) {
      const result = this.calls.result(call());
      if (result !== -LINUX_ERRNO.EINTR) return result;
    }
  }

  #iovecsOf({ buffer, pairs, count }: Ranges): Uint32Array<ArrayBuffer> {
    const iovecs = this.#iovecs;
    const base = addressOf(buffer);
    for (let index = 0; index < count; index++) {
      const start = base + (pairs[index * 2] ?? 0);
      const size = pairs[index * 2 + 1] ?? 0;
      iovecs[index * 4] = start;
      iovecs[index * 4 + 1] = start / 0x1_0000_0000;
      iovecs[index * 4 + 2] = size;
      iovecs[index * 4 + 3] = size / 0x1_0000_0000;
    }
    return iovecs;
  }
}

/** The kernel transfers at most {@link MAX_TRANSFER} bytes in one call, and the parameter of these calls has 32 bits. */
function onlySize({ pairs }: Ranges): number {
  return Math.min(pairs[1] ?? 0, MAX_TRANSFER);
}

function onlyRange({ buffer, pairs }: Ranges): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer, pairs[0] ?? 0, pairs[1] ?? 0);
}
