/**
 * `filestat` and file times.
 *
 * @module
 */

import type { FileStatus, NewTime } from "../../ffi/system/file_layouts.ts";
import type { GuestMemory, GuestPtr } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";
import { filetypeOf } from "./descriptors.ts";
import { FSTFLAGS } from "./types.ts";

/** The offsets of the fields after `filetype` (dev 0, ino 8, filetype 16); `linksBits` is the width of the link count. */
export interface FilestatLayout {
  readonly sizeBytes: number;
  readonly links: number;
  readonly linksBits: 32 | 64;
  readonly size: number;
  readonly accessed: number;
  readonly modified: number;
  readonly changed: number;
}

export const FILESTAT: FilestatLayout = {
  sizeBytes: 64,
  links: 24,
  linksBits: 64,
  size: 32,
  accessed: 40,
  modified: 48,
  changed: 56,
};

/** Writes a `filestat` at `at`. */
export function writeFilestat(memory: GuestMemory, at: GuestPtr, status: FileStatus, layout: FilestatLayout): void {
  memory.check(at, layout.sizeBytes);
  memory.bytes.fill(0, at, at + layout.sizeBytes);
  const { data } = memory;
  data.setBigUint64(at, status.device, true);
  data.setBigUint64(at + 8, status.inode, true);
  data.setUint8(at + 16, filetypeOf(status.mode));
  if (layout.linksBits === 64) data.setBigUint64(at + layout.links, BigInt(status.links), true);
  else data.setUint32(at + layout.links, status.links, true);
  data.setBigUint64(at + layout.size, status.sizeBytes, true);
  data.setBigUint64(at + layout.accessed, status.accessedNs, true);
  data.setBigUint64(at + layout.modified, status.modifiedNs, true);
  data.setBigUint64(at + layout.changed, status.changedNs, true);
}

const SECOND_NS = 1_000_000_000n;

/** The offsets of the fields of `struct stat` on x86_64, which is that of all guests of the SDK. */
const LINUX_STAT = {
  sizeBytes: 144,
  device: 0,
  inode: 8,
  links: 16,
  mode: 24,
  user: 28,
  group: 32,
  ownDevice: 40,
  size: 48,
  blockBytes: 56,
  blocks: 64,
  accessed: 72,
  modified: 88,
  changed: 104,
} as const;

/** Writes a `struct stat` at `at`. */
export function writeLinuxStat(memory: GuestMemory, at: GuestPtr, status: FileStatus): void {
  const layout = LINUX_STAT;
  memory.check(at, layout.sizeBytes);
  memory.bytes.fill(0, at, at + layout.sizeBytes);
  const { data } = memory;
  const u64 = (offset: number, value: bigint) => data.setBigUint64(at + offset, value, true);
  const u32 = (offset: number, value: number) => data.setUint32(at + offset, value, true);
  const times = (offset: number, nanoseconds: bigint) => {
    // The nanoseconds are positive also before 1970.
    const rest = BigInt.asUintN(64, nanoseconds % SECOND_NS + SECOND_NS) % SECOND_NS;
    data.setBigInt64(at + offset, (nanoseconds - rest) / SECOND_NS, true);
    data.setBigInt64(at + offset + 8, rest, true);
  };
  u64(layout.device, status.device);
  u64(layout.inode, status.inode);
  u64(layout.links, BigInt(status.links));
  u32(layout.mode, status.mode);
  u32(layout.user, status.user);
  u32(layout.group, status.group);
  u64(layout.ownDevice, status.ownDevice);
  u64(layout.size, status.sizeBytes);
  u64(layout.blockBytes, BigInt(status.blockBytes));
  u64(layout.blocks, status.blocks);
  times(layout.accessed, status.accessedNs);
  times(layout.modified, status.modifiedNs);
  times(layout.changed, status.changedNs);
}

/** Returns the changes of the two times by `fstflags`. Refuses with EINVAL if a time is both given and now. */
export function newTimes(accessed: bigint, modified: bigint, flags: number): [accessed: NewTime, modified: NewTime] {
  if ((flags & ~(FSTFLAGS.ATIM | FSTFLAGS.ATIM_NOW | FSTFLAGS.MTIM | FSTFLAGS.MTIM_NOW)) !== 0) refuse("EINVAL");
  return [
    newTime(accessed, (flags & FSTFLAGS.ATIM) !== 0, (flags & FSTFLAGS.ATIM_NOW) !== 0),
    newTime(modified, (flags & FSTFLAGS.MTIM) !== 0, (flags & FSTFLAGS.MTIM_NOW) !== 0),
  ];
}

function newTime(time: bigint, isGiven: boolean, isNow: boolean): NewTime {
  if (isGiven && isNow) refuse("EINVAL");
  return isNow ? "now" : isGiven ? BigInt.asUintN(64, time) : "keep";
}
