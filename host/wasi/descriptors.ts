/**
 * The guest's descriptors: what each number stands for and what may be done with it.
 *
 * @module
 */

import { WASI_ERRNO } from "../../errors/mod.ts";
import { FILE_MODE, S_IFMT } from "../../ffi/system/file_layouts.ts";
import type { Files } from "../../ffi/system/files.ts";
import { O } from "../../ffi/system/open_flags.ts";
import { Refusal, refuse } from "./context.ts";
import { ALL_RIGHTS, DIRECTORY_RIGHTS, FDFLAGS, FILE_RIGHTS, FILETYPE, RIGHTS, STREAM_RIGHTS } from "./types.ts";

/** The most descriptors a guest can hold. */
export const MAX_DESCRIPTORS = 1024;

/** The file behind a guest's descriptor. */
export interface Descriptor {
  /** The descriptor in the host. */
  readonly hostFd: number;
  /** True when the host descriptor belongs to the guest and is closed with it; false for stdin, stdout and stderr. */
  readonly isOwned: boolean;
  /** One of {@link FILETYPE}. */
  readonly filetype: number;
  /** Its rights. */
  rights: bigint;
  /** The largest rights of files that are opened through it. */
  inheriting: bigint;
  /** Flags the guest set that the host's descriptor must not get, because other processes share it. */
  emulatedFlags: number;
  /** The name under which the guest finds the directory; undefined when it is not a given one. */
  readonly guestPath?: Uint8Array<ArrayBuffer> | undefined;
  /** Nothing below this directory may be changed. */
  readonly isReadOnly: boolean;
}

/** Numbers to descriptors, lowest free number first. */
export class DescriptorTable implements Disposable {
  readonly #files: Files;
  readonly #entries: (Descriptor | undefined)[] = [];

  constructor(files: Files) {
    this.#files = files;
  }

  /** The descriptor behind `fd`, or undefined. */
  find(fd: number): Descriptor | undefined {
    return this.#entries[fd];
  }

  /** The descriptor behind `fd`, when it has all of `rights`. Refuses with EBADF or ENOTCAPABLE. */
  get(fd: number, rights: bigint = 0n): Descriptor {
    const descriptor = this.#entries[fd];
    if (descriptor === undefined) refuse("EBADF");
    if ((descriptor.rights & rights) !== rights) throw new Refusal(lackOf(rights));
    return descriptor;
  }

  /** Gives `descriptor` the lowest free number. When there is none, closes it and refuses with EMFILE. */
  add(descriptor: Descriptor): number {
    let fd = 0;
    while (this.#entries[fd] !== undefined) fd++;
    if (fd >= MAX_DESCRIPTORS) {
      this.#release(descriptor);
      refuse("EMFILE");
    }
    this.#entries[fd] = descriptor;
    return fd;
  }

  /** Puts `descriptor` at a number that is free. */
  set(fd: number, descriptor: Descriptor): void {
    this.#entries[fd] = descriptor;
  }

  close(fd: number): void {
    const descriptor = this.get(fd);
    this.#entries[fd] = undefined;
    this.#release(descriptor);
  }

  /** Moves what is at `from` to `to`, closing what was there. */
  renumber(from: number, to: number): void {
    const moved = this.get(from);
    const replaced = this.get(to);
    if (from === to) return;
    this.#entries[to] = moved;
    this.#entries[from] = undefined;
    this.#release(replaced);
  }

  [Symbol.dispose](): void {
    for (const descriptor of this.#entries.splice(0)) {
      if (descriptor !== undefined) this.#release(descriptor);
    }
  }

  #release(descriptor: Descriptor): void {
    if (descriptor.isOwned) this.#files.close(descriptor.hostFd);
  }
}

/** The rights to change a file, which a stream that is open only for reading lacks. */
const READER_DENIED = RIGHTS.FD_WRITE | RIGHTS.FD_ALLOCATE | RIGHTS.FD_FILESTAT_SET_SIZE | RIGHTS.FD_FILESTAT_SET_TIMES;

/**
 * A standard stream on the host's descriptor; undefined when that is closed. A directory gets no rights to its entries.
 */
export function standardStream(files: Files, hostFd: number): Descriptor | undefined {
  const status = files.status(hostFd);
  if (typeof status === "number") return undefined;
  // A guest can do with a socket what it can do with a pipe.
  const filetype = (status.mode & S_IFMT) === FILE_MODE.SOCKET ? FILETYPE.UNKNOWN : filetypeOf(status.mode);
  // A guest's libc takes a character device that cannot seek for a terminal; /dev/null must not look like one.
  const seeks = filetype !== FILETYPE.CHARACTER_DEVICE || files.isTerminal(hostFd)
    ? 0n
    : RIGHTS.FD_SEEK | RIGHTS.FD_TELL;
  const mode = files.flags(hostFd) & O.ACCMODE;
  const denied = (mode === O.WRONLY ? RIGHTS.FD_READ : 0n) | (mode === O.RDONLY ? READER_DENIED : 0n);
  const rights = filetype === FILETYPE.DIRECTORY
    ? RIGHTS.FD_FILESTAT_GET // only --dir gives directories
    : (rightsOn(filetype) | seeks) & ~denied;
  return { hostFd, isOwned: false, filetype, rights, inheriting: 0n, emulatedFlags: 0, isReadOnly: false };
}

/** A directory given to the guest. */
export function preopenedDirectory(hostFd: number, guestPath: string, isReadOnly: boolean): Descriptor {
  return {
    hostFd,
    isOwned: true,
    filetype: FILETYPE.DIRECTORY,
    rights: DIRECTORY_RIGHTS,
    inheriting: ALL_RIGHTS,
    emulatedFlags: 0,
    guestPath: new TextEncoder().encode(guestPath),
    isReadOnly,
  };
}

/** The rights that mean something on a file of this type. */
export function rightsOn(filetype: number): bigint {
  switch (filetype) {
    case FILETYPE.DIRECTORY:
      return DIRECTORY_RIGHTS;
    case FILETYPE.REGULAR_FILE:
    case FILETYPE.BLOCK_DEVICE:
      return FILE_RIGHTS;
    default:
      return STREAM_RIGHTS;
  }
}

const FILETYPE_BY_MODE = new Map<number, number>([
  [FILE_MODE.BLOCK_DEVICE, FILETYPE.BLOCK_DEVICE],
  [FILE_MODE.CHARACTER_DEVICE, FILETYPE.CHARACTER_DEVICE],
  [FILE_MODE.DIRECTORY, FILETYPE.DIRECTORY],
  [FILE_MODE.REGULAR, FILETYPE.REGULAR_FILE],
  // Of the two kinds of sockets the mode says nothing.
  [FILE_MODE.SOCKET, FILETYPE.SOCKET_STREAM],
  [FILE_MODE.LINK, FILETYPE.SYMBOLIC_LINK],
]);

/** One of {@link FILETYPE}, from a file's mode. WASI has no number for a pipe. */
export function filetypeOf(mode: number): number {
  return FILETYPE_BY_MODE.get(mode & S_IFMT) ?? FILETYPE.UNKNOWN;
}

/** The host's open flags as {@link FDFLAGS}. */
export function fdflagsOf(hostFlags: number): number {
  const isSync = (hostFlags & O.SYNC) === O.SYNC;
  return ((hostFlags & O.APPEND) !== 0 ? FDFLAGS.APPEND : 0) |
    ((hostFlags & O.NONBLOCK) !== 0 ? FDFLAGS.NONBLOCK : 0) |
    (isSync ? FDFLAGS.SYNC | FDFLAGS.RSYNC | FDFLAGS.DSYNC : (hostFlags & O.DSYNC) !== 0 ? FDFLAGS.DSYNC : 0);
}

/** Programs know what is not open for reading or writing as EBADF; all else is a lack of rights. */
function lackOf(rights: bigint): number {
  return rights === RIGHTS.FD_READ || rights === RIGHTS.FD_WRITE ? WASI_ERRNO.EBADF : WASI_ERRNO.ENOTCAPABLE;
}
