/**
 * The structs of the kernel's file interface, each with one reader or writer.
 *
 * @module
 */

import { UTIME } from "./linux_numbers.ts";
import { LAYOUT } from "./struct_layouts.ts";

/**
 * The status of a file. `mode` holds the type (`S_IFMT`) and the permissions; times are nanoseconds since 1970.
 */
export interface FileStatus {
  mode: number;
  user: number;
  group: number;
  device: bigint;
  /** The device that a special file stands for. */
  ownDevice: bigint;
  inode: bigint;
  links: number;
  sizeBytes: bigint;
  /** The size that is best for reads and writes. */
  blockBytes: number;
  /** The space that the file uses, in units of 512 bytes. */
  blocks: bigint;
  accessedNs: bigint;
  modifiedNs: bigint;
  changedNs: bigint;
}

/** Reads a `struct statx`. */
export function readStatx(bytes: Uint8Array<ArrayBuffer>): FileStatus {
  const at = LAYOUT.statx;
  const data = new DataView(bytes.buffer, bytes.byteOffset, at.size);
  const time = (offset: number) =>
    data.getBigInt64(offset + LAYOUT.statx_timestamp.tv_sec, true) * 1_000_000_000n +
    BigInt(data.getUint32(offset + LAYOUT.statx_timestamp.tv_nsec, true));
  return {
    mode: data.getUint16(at.stx_mode, true),
    user: data.getUint32(at.stx_uid, true),
    group: data.getUint32(at.stx_gid, true),
    device: deviceNumber(data.getUint32(at.stx_dev_major, true), data.getUint32(at.stx_dev_minor, true)),
    ownDevice: deviceNumber(data.getUint32(at.stx_rdev_major, true), data.getUint32(at.stx_rdev_minor, true)),
    inode: data.getBigUint64(at.stx_ino, true),
    links: data.getUint32(at.stx_nlink, true),
    sizeBytes: data.getBigUint64(at.stx_size, true),
    blockBytes: data.getUint32(at.stx_blksize, true),
    blocks: data.getBigUint64(at.stx_blocks, true),
    accessedNs: time(at.stx_atime),
    changedNs: time(at.stx_ctime),
    modifiedNs: time(at.stx_mtime),
  };
}

/** libc's `makedev`: 12 bits of the major number, 8 of the minor, then the others. BPF programs compare it with the kernel's. */
function deviceNumber(major: number, minor: number): bigint {
  const low = BigInt(((major & 0xfff) << 8) | (minor & 0xff));
  return (BigInt(major >>> 12) << 44n) | (BigInt(minor >>> 8) << 20n) | low;
}

/** One name in a directory. */
export interface DirectoryEntry {
  inode: bigint;
  /** The position of the next entry, as `lseek` accepts it. */
  next: bigint;
  /** `DT_*`: the file's type in `FILE_MODE`, shifted right by 12; 0 when the file system does not provide it. */
  type: number;
  name: Uint8Array<ArrayBuffer>;
}

/** Reads the `struct linux_dirent64`s in `bytes`. Each begins at the end of the one before. */
export function* readDirectoryEntries(bytes: Uint8Array<ArrayBuffer>): Generator<DirectoryEntry> {
  const { d_ino, d_off, d_reclen, d_type, d_name } = LAYOUT.dirent64;
  const data = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0, size = 0; at < bytes.length; at += size) {
    size = data.getUint16(at + d_reclen, true);
    const nameAt = at + d_name;
    if (size <= d_name) throw new RangeError(`an entry of ${size} bytes in a directory`);
    yield {
      inode: data.getBigUint64(at + d_ino, true),
      next: data.getBigInt64(at + d_off, true),
      type: data.getUint8(at + d_type),
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

/** The two `struct timespec`s of `utimensat`: access and modification. */
export function utimes(accessed: NewTime, modified: NewTime): BigInt64Array<ArrayBuffer> {
  const pair = (time: NewTime) =>
    time === "now" ? [0n, UTIME.NOW] : time === "keep" ? [0n, UTIME.OMIT] : timespecs(time);
  return BigInt64Array.from([...pair(accessed), ...pair(modified)]);
}

/** The events to wait for on a descriptor, and those that occurred: `POLL_*` bits. */
export interface PollEntry {
  fd: number;
  wanted: number;
  came: number;
}

/** Writes `struct pollfd`s. */
export function writePollFds(entries: readonly PollEntry[]): Uint8Array<ArrayBuffer> {
  const { fd, events, size } = LAYOUT.pollfd;
  const bytes = new Uint8Array(entries.length * size);
  const data = new DataView(bytes.buffer);
  entries.forEach((entry, index) => {
    data.setInt32(index * size + fd, entry.fd, true);
    data.setInt16(index * size + events, entry.wanted, true);
  });
  return bytes;
}

/** Sets {@link PollEntry.came} from the structs of {@link writePollFds} after the kernel has changed them. */
export function readPollFds(bytes: Uint8Array<ArrayBuffer>, entries: readonly PollEntry[]): void {
  const { revents, size } = LAYOUT.pollfd;
  const data = new DataView(bytes.buffer);
  entries.forEach((entry, index) => entry.came = data.getInt16(index * size + revents, true));
}
