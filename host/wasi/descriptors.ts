/**
 * The guest's files and their rights.
 *
 * @module
 */

import { WASI_ERRNO } from "../../errors/mod.ts";
import type { Files } from "../../ffi/system/files.ts";
import { FILE_MODE, O, S_IFMT } from "../../ffi/system/linux_numbers.ts";
import type { Descriptor, DescriptorTable } from "../core/descriptors.ts";
import { Refusal, refuse } from "../core/refusal.ts";
import { ALL_RIGHTS, DIRECTORY_RIGHTS, FDFLAGS, FILE_RIGHTS, FILETYPE, RIGHTS, STREAM_RIGHTS } from "./types.ts";

/** The properties of a {@link FileDescriptor}. */
export interface FileProperties {
  /** The descriptor in the host. */
  readonly hostFd: number;
  /** One of {@link FILETYPE}. */
  readonly filetype: number;
  /** Its rights. */
  readonly rights: bigint;
  /** The largest rights of files that are opened through it. */
  readonly inheriting: bigint;
  /** The path of the directory for the guest; undefined if it is not a preopened one. */
  readonly guestPath?: Uint8Array<ArrayBuffer>;
  /** True if nothing in this directory may be changed. */
  readonly isReadOnly: boolean;
  /** True for a file that was given to the guest alone. For the guest, it is a directory whose only path is ".". */
  readonly isGivenFile?: boolean;
  /** True for the host's `/`, which no path leaves. */
  readonly isHostRoot?: boolean;
  /** Closes the host's descriptor when this one is closed. Absent for stdin, stdout and stderr, which belong to the caller. */
  readonly owner?: Files;
}

/** A file of the guest: an open file, a directory or a standard stream. */
export class FileDescriptor implements Descriptor {
  readonly kind = "file";
  readonly hostFd: number;
  readonly filetype: number;
  rights: bigint;
  inheriting: bigint;
  /** Flags that the guest set, but that the host's descriptor must not get because other processes share it. */
  emulatedFlags = 0;
  readonly guestPath: Uint8Array<ArrayBuffer> | undefined;
  readonly isReadOnly: boolean;
  readonly isGivenFile: boolean;
  /** True for the host's `/`, which no path leaves. */
  readonly isHostRoot: boolean;
  readonly #owner: Files | undefined;

  constructor(properties: FileProperties) {
    this.hostFd = properties.hostFd;
    this.filetype = properties.filetype;
    this.rights = properties.rights;
    this.inheriting = properties.inheriting;
    this.guestPath = properties.guestPath;
    this.isReadOnly = properties.isReadOnly;
    this.isGivenFile = properties.isGivenFile ?? false;
    this.isHostRoot = properties.isHostRoot ?? false;
    this.#owner = properties.owner;
  }

  /** True if the host's descriptor belongs to the guest and is closed with it. */
  get isOwned(): boolean {
    return this.#owner !== undefined;
  }

  /** The guest may pass on files that it may read. */
  get passedFd(): number | undefined {
    return (this.rights & (RIGHTS.FD_READ | RIGHTS.FD_READDIR)) === 0n ? undefined : this.hostFd;
  }

  [Symbol.dispose](): void {
    this.#owner?.close(this.hostFd);
  }
}

/**
 * WASI's view of the guest's descriptors: it refuses numbers that name no file, and files without the needed rights. Descriptors of the
 * kernel, such as iterators, perf events and sockets, are streams that can be read and waited for.
 */
export class FileDescriptors {
  readonly #table: DescriptorTable;
  readonly #files: Files;
  /** The streams for descriptors of the kernel. */
  readonly #streams = new WeakMap<Descriptor, FileDescriptor>();

  constructor(table: DescriptorTable, files: Files) {
    this.#table = table;
    this.#files = files;
  }

  /** Returns the file at `fd`. Refuses with EBADF if there is none, or with ENOTCAPABLE if it lacks one of `rights`. */
  get(fd: number, rights: bigint = 0n): FileDescriptor {
    const found = this.#entry(fd);
    const file = found instanceof FileDescriptor ? found : this.#streamOf(found);
    if ((file.rights & rights) !== rights) throw new Refusal(lackOf(rights));
    return file;
  }

  #entry(fd: number): Descriptor {
    return this.#table.find(fd) ?? refuse("EBADF");
  }

  /** The kernel refuses to read maps, programs and links. The table closes the descriptor, and the stream does not. */
  #streamOf(descriptor: Descriptor): FileDescriptor {
    const known = this.#streams.get(descriptor);
    if (known !== undefined) return known;
    const { hostFd } = descriptor;
    const stream = new FileDescriptor({
      hostFd,
      filetype: FILETYPE.UNKNOWN,
      rights: KERNEL_STREAM_RIGHTS,
      inheriting: 0n,
      isReadOnly: true,
      owner: this.#files,
    });
    this.#streams.set(descriptor, stream);
    return stream;
  }

  /** Gives `file` the lowest free number. If there is none, closes it and refuses with EMFILE. */
  add(file: FileDescriptor): number {
    const fd = this.#table.add(file);
    if (fd !== undefined) return fd;
    file[Symbol.dispose]();
    refuse("EMFILE");
  }

  /** Puts `file` at a free number. */
  set(fd: number, file: FileDescriptor): void {
    this.#table.set(fd, file);
  }

  /** Closes the entry at `fd`. Refuses with EBADF if there is none. */
  close(fd: number): void {
    const closed = this.#table.remove(fd);
    if (closed === undefined) refuse("EBADF");
    closed[Symbol.dispose]();
  }

  /** Moves the file at `from` to `to`, and closes the file there. */
  renumber(from: number, to: number): void {
    const moved = this.#entry(from);
    const replaced = this.#entry(to);
    if (from === to) return;
    this.#table.remove(from);
    this.#table.set(to, moved);
    replaced[Symbol.dispose]();
  }
}

const KERNEL_STREAM_RIGHTS = RIGHTS.FD_READ | RIGHTS.FD_FDSTAT_SET_FLAGS | RIGHTS.FD_FILESTAT_GET |
  RIGHTS.POLL_FD_READWRITE;

/** The rights to change a file. A stream that is open only for reading lacks them. */
const READER_DENIED = RIGHTS.FD_WRITE | RIGHTS.FD_ALLOCATE | RIGHTS.FD_FILESTAT_SET_SIZE | RIGHTS.FD_FILESTAT_SET_TIMES;

/**
 * A standard stream on the host's descriptor; undefined if that is closed. A directory gets no rights to its entries.
 */
export function standardStream(files: Files, hostFd: number): FileDescriptor | undefined {
  const status = files.status(hostFd);
  if (typeof status === "number") return undefined;
  // A socket serves a guest as a pipe does.
  const filetype = (status.mode & S_IFMT) === FILE_MODE.SOCKET ? FILETYPE.UNKNOWN : filetypeOf(status.mode);
  // A guest's libc assumes that a character device without the right to seek is a terminal. /dev/null is not.
  const seeks = filetype !== FILETYPE.CHARACTER_DEVICE || files.isTerminal(hostFd)
    ? 0n
    : RIGHTS.FD_SEEK | RIGHTS.FD_TELL;
  const mode = files.flags(hostFd) & O.ACCMODE;
  const denied = (mode === O.WRONLY ? RIGHTS.FD_READ : 0n) | (mode === O.RDONLY ? READER_DENIED : 0n);
  const rights = filetype === FILETYPE.DIRECTORY
    ? RIGHTS.FD_FILESTAT_GET // a guest gets directories only by --dir
    : (rightsOn(filetype) | seeks) & ~denied;
  return new FileDescriptor({ hostFd, filetype, rights, inheriting: 0n, isReadOnly: false });
}

/** A preopened directory on the host's descriptor, which it closes. */
export function preopenedDirectory(
  files: Files,
  hostFd: number,
  options: { guestPath: string; isReadOnly: boolean; isHostRoot: boolean },
): FileDescriptor {
  return new FileDescriptor({
    hostFd,
    filetype: FILETYPE.DIRECTORY,
    rights: DIRECTORY_RIGHTS,
    inheriting: ALL_RIGHTS,
    guestPath: new TextEncoder().encode(options.guestPath),
    isReadOnly: options.isReadOnly,
    isHostRoot: options.isHostRoot,
    owner: files,
  });
}

/** A preopened file, which the guest opens by its own name. `hostFd` is from `O.PATH`; it is closed with the descriptor. */
export function preopenedFile(
  files: Files,
  hostFd: number,
  options: { guestPath: string; isReadOnly: boolean; filetype: number },
): FileDescriptor {
  return new FileDescriptor({
    hostFd,
    filetype: options.filetype,
    rights: DIRECTORY_RIGHTS & ~RIGHTS.FD_READDIR,
    inheriting: ALL_RIGHTS,
    guestPath: new TextEncoder().encode(options.guestPath),
    isReadOnly: options.isReadOnly,
    isGivenFile: true,
    owner: files,
  });
}

/** The rights that have a meaning for a file of this type. */
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
  // The mode does not distinguish the two types of sockets.
  [FILE_MODE.SOCKET, FILETYPE.SOCKET_STREAM],
  [FILE_MODE.LINK, FILETYPE.SYMBOLIC_LINK],
]);

/** Returns one of {@link FILETYPE} for a file's mode. WASI has no number for a pipe. */
export function filetypeOf(mode: number): number {
  return FILETYPE_BY_MODE.get(mode & S_IFMT) ?? FILETYPE.UNKNOWN;
}

/** Converts the host's open flags to {@link FDFLAGS}. */
export function fdflagsOf(hostFlags: number): number {
  const isSync = (hostFlags & O.SYNC) === O.SYNC;
  return ((hostFlags & O.APPEND) !== 0 ? FDFLAGS.APPEND : 0) |
    ((hostFlags & O.NONBLOCK) !== 0 ? FDFLAGS.NONBLOCK : 0) |
    (isSync ? FDFLAGS.SYNC | FDFLAGS.RSYNC | FDFLAGS.DSYNC : (hostFlags & O.DSYNC) !== 0 ? FDFLAGS.DSYNC : 0);
}

/** Programs expect EBADF for a file that is not open for reading or writing. Other missing rights are ENOTCAPABLE. */
function lackOf(rights: bigint): number {
  return rights === RIGHTS.FD_READ || rights === RIGHTS.FD_WRITE ? WASI_ERRNO.EBADF : WASI_ERRNO.ENOTCAPABLE;
}
