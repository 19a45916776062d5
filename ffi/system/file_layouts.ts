/**
 * The structs of the kernel's file interface, each with one reader or writer. All are the same on x86_64 and arm64.
 *
 * @module
 */

/**
 * The status of a file. `mode` holds the type ({@link S_IFMT}) and the permissions; times are nanoseconds since 1970.
 */
export interface FileStatus {
  mode: number;
  device: bigint;
  inode: bigint;
  links: number;
  sizeBytes: bigint;
  accessedNs: bigint;
  modifiedNs: bigint;
  changedNs: bigint;
}

/** The type of a file in {@link FileStatus.mode} (`linux/stat.h`). */
export const S_IFMT = 0o170000;
export const FILE_MODE = {
  FIFO: 0o010000,
  CHARACTER_DEVICE: 0o020000,
  DIRECTORY: 0o040000,
  BLOCK_DEVICE: 0o060000,
  REGULAR: 0o100000,
  LINK: 0o120000,
  SOCKET: 0o140000,
} as const;

/** Size of `struct statx` (`linux/stat.h`). */
export const STATX_SIZE = 256;

/**
 * Reads a `struct statx`.
 *
 * | offset | size | field |
 * |---|---|---|
 * | 16 | 4 | stx_nlink |
 * | 28 | 2 | stx_mode |
 * | 32 | 8 | stx_ino |
 * | 40 | 8 | stx_size |
 * | 64, 96, 112 | 12 | stx_atime, stx_ctime, stx_mtime: seconds (8, signed), nanoseconds (4) |
 * | 136, 140 | 4 | stx_dev_major, stx_dev_minor |
 */
export function readStatx(bytes: Uint8Array<ArrayBuffer>): FileStatus {
  const data = new DataView(bytes.buffer, bytes.byteOffset, STATX_SIZE);
  const time = (offset: number) =>
    data.getBigInt64(offset, true) * 1_000_000_000n + BigInt(data.getUint32(offset + 8, true));
  return {
    mode: data.getUint16(28, true),
    device: (BigInt(data.getUint32(136, true)) << 32n) | BigInt(data.getUint32(140, true)),
    inode: data.getBigUint64(32, true),
    links: data.getUint32(16, true),
    sizeBytes: data.getBigUint64(40, true),
    accessedNs: time(64),
    changedNs: time(96),
    modifiedNs: time(112),
  };
}

/** One name in a directory. */
export interface DirectoryEntry {
  inode: bigint;
  /** The position of the next entry, as `lseek` accepts it. */
  next: bigint;
  /** `DT_*`: the file's type in {@link FILE_MODE}, shifted right by 12; 0 when the file system does not say. */
  type: number;
  name: Uint8Array<ArrayBuffer>;
}

const DIRENT_NAME = 19;

/**
 * Reads the `struct linux_dirent64`s in `bytes`.
 *
 * | offset | size | field |
 * |---|---|---|
 * | 0 | 8 | d_ino |
 * | 8 | 8 | d_off |
 * | 16 | 2 | d_reclen |
 * | 18 | 1 | d_type |
 * | 19 | | d_name, NUL-terminated |
 */
export function* readDirectoryEntries(bytes: Uint8Array<ArrayBuffer>): Generator<DirectoryEntry> {
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0, size = 0; at < bytes.length; at += size) {
    size = data.getUint16(at + 16, true);
    const nameAt = at + DIRENT_NAME;
    if (size <= DIRENT_NAME) throw new RangeError(`an entry of ${size} bytes in a directory`);
    yield {
      inode: data.getBigUint64(at, true),
      next: data.getBigInt64(at + 8, true),
      type: data.getUint8(at + 18),
      name: bytes.subarray(nameAt, bytes.indexOf(0, nameAt)),
    };
  }
}

/** A `struct open_how` (`linux/openat2.h`): three 64-bit fields, flags, mode and resolve. */
export function openHow(flags: number, mode: number, resolve: number): BigUint64Array<ArrayBuffer> {
  return BigUint64Array.of(BigInt(flags), BigInt(mode), BigInt(resolve));
}

/** `struct timespec`s one after the other, from nanoseconds: seconds and nanoseconds, 64 bits each. */
export function timespecs(...nanoseconds: readonly bigint[]): BigInt64Array<ArrayBuffer> {
  return BigInt64Array.from(nanoseconds.flatMap((ns) => [ns / 1_000_000_000n, ns % 1_000_000_000n]));
}

/** A change of a file's time: to nanoseconds since 1970, to now, or none. */
export type NewTime = bigint | "now" | "keep";

const UTIME_NOW = (1n << 30n) - 1n;
const UTIME_OMIT = (1n << 30n) - 2n;

/** The two `struct timespec`s of `utimensat`: access and modification. */
export function utimes(accessed: NewTime, modified: NewTime): BigInt64Array<ArrayBuffer> {
  const pair = (time: NewTime) =>
    time === "now" ? [0n, UTIME_NOW] : time === "keep" ? [0n, UTIME_OMIT] : timespecs(time);
  return BigInt64Array.from([...pair(accessed), ...pair(modified)]);
}

/** The events to wait for on a descriptor, and those that occurred: `POLL_*` bits. */
export interface PollEntry {
  fd: number;
  wanted: number;
  came: number;
}

/** Bits of {@link PollEntry} (`asm-generic/poll.h`). */
export const POLL = { IN: 1, OUT: 4, ERR: 8, HUP: 16, NVAL: 32 } as const;

const POLLFD_SIZE = 8;

/** `struct pollfd`s: descriptor (4), events (2), revents (2). */
export function writePollFds(entries: readonly PollEntry[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(entries.length * POLLFD_SIZE);
  const data = new DataView(bytes.buffer);
  entries.forEach((entry, index) => {
    data.setInt32(index * POLLFD_SIZE, entry.fd, true);
    data.setInt16(index * POLLFD_SIZE + 4, entry.wanted, true);
  });
  return bytes;
}

/** Fills {@link PollEntry.came} from what {@link writePollFds} made and the kernel changed. */
export function readPollFds(bytes: Uint8Array<ArrayBuffer>, entries: readonly PollEntry[]): void {
  const data = new DataView(bytes.buffer);
  entries.forEach((entry, index) => entry.came = data.getInt16(index * POLLFD_SIZE + 6, true));
}
