/**
 * The `path_*` functions.
 *
 * @module
 */

import { LINUX_ERRNO, WASI_ERRNO, wasiErrno } from "../../errors/mod.ts";
import type { FileStatus } from "../../ffi/system/file_layouts.ts";
import { O } from "../../ffi/system/linux_numbers.ts";
import { guestSize, type WasmPtr } from "../core/memory.ts";
import { checked, Refusal, refuse } from "../core/refusal.ts";
import { guardAll, type WasiContext, type WasiFunctions } from "./context.ts";
import { FileDescriptor, filetypeOf, rightsOn } from "./descriptors.ts";
import { withOwnMaps } from "./own_maps.ts";
import { FILESTAT, type FilestatLayout, newTimes, writeFilestat } from "./filestat.ts";
import {
  directory,
  endsWithSlash,
  isAbsolute,
  isDots,
  openPath,
  type Path,
  readPath,
  withFile,
  withPlace,
} from "./paths.ts";
import { ALL_RIGHTS, FDFLAGS, LOOKUP_SYMLINK_FOLLOW, OFLAGS, RIGHTS } from "./types.ts";

/** Permissions of new files and directories before the umask, unless the guest gives others. WASI has no permissions. */
const NEW_FILE_MODE = 0o666;
const NEW_DIRECTORY_MODE = 0o777;

const ALL_OFLAGS = OFLAGS.CREAT | OFLAGS.DIRECTORY | OFLAGS.EXCL | OFLAGS.TRUNC;
const ALL_FDFLAGS = FDFLAGS.APPEND | FDFLAGS.DSYNC | FDFLAGS.NONBLOCK | FDFLAGS.RSYNC | FDFLAGS.SYNC;

/** `path_open`. */
export function openFunctions(context: WasiContext): WasiFunctions {
  return guardAll(context, {
    path_open(
      fd: number,
      lookup: number,
      pathPtr: WasmPtr,
      pathSize: WasmPtr,
      oflags: number,
      rights: bigint,
      inheriting: bigint,
      fdflags: number,
      result: WasmPtr,
    ): void {
      const resultAt = context.ptr(result);
      context.memory.check(resultAt, 4);
      const wanted = {
        oflags,
        fdflags,
        follow: follows(lookup),
        rights: BigInt.asUintN(64, rights) & ALL_RIGHTS,
        inheriting: BigInt.asUintN(64, inheriting) & ALL_RIGHTS,
      };
      const from = directory(context, fd, neededToOpen(wanted));
      const path = readPath(context, pathPtr, pathSize);
      const opened = open(context, from, path, wanted);
      context.memory.data.setUint32(resultAt, context.descriptors.add(opened), true);
    },
  });
}

/** `path_filestat_get`, `path_filestat_set_times`, `path_readlink`. */
export function attributeFunctions(context: WasiContext, layout: FilestatLayout = FILESTAT): WasiFunctions {
  const { files } = context;
  return guardAll(context, {
    path_filestat_get(fd: number, lookup: number, pathPtr: WasmPtr, pathSize: WasmPtr, result: WasmPtr): void {
      const from = directory(context, fd, RIGHTS.PATH_FILESTAT_GET);
      const path = readPath(context, pathPtr, pathSize);
      const status = statusAt(context, from, path, { follow: follows(lookup) });
      writeFilestat(context.memory, context.ptr(result), status, layout);
    },

    path_filestat_set_times(
      fd: number,
      lookup: number,
      pathPtr: WasmPtr,
      pathSize: WasmPtr,
      accessed: bigint,
      modified: bigint,
      flags: number,
    ): void {
      const from = directory(context, fd, RIGHTS.PATH_FILESTAT_SET_TIMES, true);
      const times = newTimes(accessed, modified, flags);
      const path = readPath(context, pathPtr, pathSize);
      checked(
        withFile(context, from, path, { follow: follows(lookup) }, (hostFd) => files.setTimes(hostFd, ...times)),
      );
    },

    path_readlink(
      fd: number,
      pathPtr: WasmPtr,
      pathSize: WasmPtr,
      buffer: WasmPtr,
      length: WasmPtr,
      result: WasmPtr,
    ): void {
      const from = directory(context, fd, RIGHTS.PATH_READLINK);
      const path = readPath(context, pathPtr, pathSize);
      const out = context.memory.view(context.ptr(buffer), guestSize(length));
      const resultAt = context.sizeResult(result);
      const target = withFile(context, from, path, { follow: false }, (hostFd) => files.readLink(hostFd));
      if (target === -LINUX_ERRNO.ENOENT) refuse("EINVAL");
      if (typeof target === "number") throw new Refusal(wasiErrno(target));
      out.set(target.subarray(0, out.length));
      context.memory.writePointer(resultAt, Math.min(target.length, out.length));
    },
  });
}

/** The status of the file at `path`. */
export function statusAt(
  context: WasiContext,
  from: FileDescriptor,
  path: Path,
  { follow }: { follow: boolean },
): FileStatus {
  const { files } = context;
  try {
    const status = withFile(context, from, path, { follow }, (hostFd) => files.status(hostFd));
    if (typeof status !== "number") return status;
    throw new Refusal(wasiErrno(status));
  } catch (error) {
    const isLoop = follow && error instanceof Refusal && error.errno === WASI_ERRNO.ELOOP;
    const namespace = isLoop ? namespaceAt(context, from, path) : undefined;
    if (namespace === undefined) throw error;
    return namespace;
  }
}

/**
 * The status of a namespace, if `path` is a link such as /proc/self/ns/pid. A guest follows no magic link, but this one's text has the
 * inode. All else is the same for all namespaces.
 */
function namespaceAt(context: WasiContext, from: FileDescriptor, path: Path): FileStatus | undefined {
  const { files } = context;
  const target = withFile(context, from, path, { follow: false }, (hostFd) => files.readLink(hostFd));
  if (typeof target === "number") return undefined;
  const inode = /^[a-z]+:\[(\d{1,19})\]$/.exec(new TextDecoder().decode(target))?.[1];
  const own = files.statusOfPath("/proc/self/ns/pid");
  return inode === undefined || typeof own === "number" ? undefined : { ...own, inode: BigInt(inode) };
}

/** The functions that create, move and remove names. */
export function nameFunctions(context: WasiContext): WasiFunctions {
  const { files } = context;
  return guardAll(context, {
    path_create_directory(fd: number, pathPtr: WasmPtr, pathSize: WasmPtr): void {
      const from = directory(context, fd, RIGHTS.PATH_CREATE_DIRECTORY, true);
      const mode = context.takeNewFileMode() ?? NEW_DIRECTORY_MODE;
      const path = readPath(context, pathPtr, pathSize);
      withPlace(context, from, path, ({ parentFd, name }) => {
        checked(files.makeDirectory(parentFd, name, mode));
      });
    },

    path_remove_directory(fd: number, pathPtr: WasmPtr, pathSize: WasmPtr): void {
      const from = directory(context, fd, RIGHTS.PATH_REMOVE_DIRECTORY, true);
      const path = readPath(context, pathPtr, pathSize);
      withPlace(context, from, path, ({ parentFd, name }) => {
        checked(files.removeDirectory(parentFd, name));
      });
    },

    path_unlink_file(fd: number, pathPtr: WasmPtr, pathSize: WasmPtr): void {
      const from = directory(context, fd, RIGHTS.PATH_UNLINK_FILE, true);
      const path = readPath(context, pathPtr, pathSize);
      withPlace(context, from, path, ({ parentFd, name }) => {
        checked(files.unlink(parentFd, name));
      });
    },

    path_rename(
      fd: number,
      pathPtr: WasmPtr,
      pathSize: WasmPtr,
      newFd: number,
      newPathPtr: WasmPtr,
      newPathSize: WasmPtr,
    ): void {
      const from = directory(context, fd, RIGHTS.PATH_RENAME_SOURCE, true);
      const to = directory(context, newFd, RIGHTS.PATH_RENAME_TARGET, true);
      const path = readPath(context, pathPtr, pathSize);
      const newPath = readPath(context, newPathPtr, newPathSize);
      withPlace(context, from, path, (old) =>
        withPlace(context, to, newPath, ({ parentFd, name }) => {
          checked(files.rename(old.parentFd, old.name, parentFd, name));
        }));
    },

    path_link(
      fd: number,
      lookup: number,
      pathPtr: WasmPtr,
      pathSize: WasmPtr,
      newFd: number,
      newPathPtr: WasmPtr,
      newPathSize: WasmPtr,
    ): void {
      const from = directory(context, fd, RIGHTS.PATH_LINK_SOURCE, true);
      const to = directory(context, newFd, RIGHTS.PATH_LINK_TARGET, true);
      // Linux has no call that links the target of a symbolic link and stays below a directory.
      if (follows(lookup)) refuse("EINVAL");
      const path = readPath(context, pathPtr, pathSize);
      const newPath = readPath(context, newPathPtr, newPathSize);
      withPlace(context, from, path, (old) => {
        if (isDots(old.name) || endsWithSlash(old.name)) refuseDirectoryLink(context, from, path);
        withPlace(context, to, newPath, ({ parentFd, name }) => {
          created(context, to, newPath, files.link(old.parentFd, old.name, parentFd, name));
        });
      });
    },

    path_symlink(targetPtr: WasmPtr, targetSize: WasmPtr, fd: number, pathPtr: WasmPtr, pathSize: WasmPtr): void {
      const from = directory(context, fd, RIGHTS.PATH_SYMLINK, true);
      const target = readPath(context, targetPtr, targetSize);
      const path = readPath(context, pathPtr, pathSize);
      // The guest cannot follow an absolute link, but other programs that use the directory can.
      if (isAbsolute(target)) refuse("EPERM");
      withPlace(context, from, path, ({ parentFd, name }) => {
        created(context, from, path, files.symlink(target, parentFd, name));
      });
    },
  });
}

interface OpenRequest {
  oflags: number;
  fdflags: number;
  follow: boolean;
  rights: bigint;
  inheriting: bigint;
}

/** The rights that a directory needs for this request. */
function neededToOpen({ oflags }: OpenRequest): bigint {
  return RIGHTS.PATH_OPEN |
    ((oflags & OFLAGS.CREAT) !== 0 ? RIGHTS.PATH_CREATE_FILE : 0n) |
    ((oflags & OFLAGS.TRUNC) !== 0 ? RIGHTS.PATH_FILESTAT_SET_SIZE : 0n);
}

function open(context: WasiContext, from: FileDescriptor, path: Path, request: OpenRequest): FileDescriptor {
  const { rights, inheriting } = request;
  if (((rights | inheriting) & ~from.inheriting) !== 0n) refuse("ENOTCAPABLE");
  const flags = hostFlags(request);
  if (from.isReadOnly && changes(flags)) refuse("EROFS");
  const mode = context.takeNewFileMode() ?? NEW_FILE_MODE;
  const hostFd = withOwnMaps(context, path, openPath(context, from, path, flags, (flags & O.CREAT) !== 0 ? mode : 0));
  const status = context.files.status(hostFd);
  if (typeof status === "number") {
    context.files.close(hostFd);
    throw new Refusal(wasiErrno(status));
  }
  const filetype = filetypeOf(status.mode);
  return new FileDescriptor({
    hostFd,
    filetype,
    rights: rights & rightsOn(filetype),
    inheriting,
    isReadOnly: from.isReadOnly,
    owner: context.files,
  });
}

/** The flags of the host's `open`. The access mode follows from the requested rights. */
function hostFlags({ oflags, fdflags, follow, rights }: OpenRequest): number {
  if ((oflags & ~ALL_OFLAGS) !== 0 || (fdflags & ~ALL_FDFLAGS) !== 0) refuse("EINVAL");
  const isDirectory = (oflags & OFLAGS.DIRECTORY) !== 0;
  if (isDirectory && (oflags & (OFLAGS.CREAT | OFLAGS.EXCL | OFLAGS.TRUNC)) !== 0) refuse("EINVAL");
  // Only the right to write counts: Go requests the right to change a file's size even for reading.
  const writes = (rights & RIGHTS.FD_WRITE) !== 0n;
  const access = !writes ? O.RDONLY : (rights & RIGHTS.FD_READ) !== 0n ? O.RDWR : O.WRONLY;
  return access | O.NOCTTY | (follow ? 0 : O.NOFOLLOW) |
    (isDirectory ? O.DIRECTORY : 0) |
    ((oflags & OFLAGS.CREAT) !== 0 ? O.CREAT : 0) |
    ((oflags & OFLAGS.EXCL) !== 0 ? O.EXCL : 0) |
    ((oflags & OFLAGS.TRUNC) !== 0 ? O.TRUNC : 0) |
    ((fdflags & FDFLAGS.APPEND) !== 0 ? O.APPEND : 0) |
    ((fdflags & FDFLAGS.NONBLOCK) !== 0 ? O.NONBLOCK : 0) |
    ((fdflags & FDFLAGS.DSYNC) !== 0 ? O.DSYNC : 0) |
    ((fdflags & (FDFLAGS.SYNC | FDFLAGS.RSYNC)) !== 0 ? O.SYNC : 0);
}

function changes(flags: number): boolean {
  return (flags & O.ACCMODE) !== O.RDONLY || (flags & (O.CREAT | O.TRUNC)) !== 0;
}

/** True if a lookup follows a symbolic link at the end of its path. */
export function follows(lookup: number): boolean {
  return (lookup & LOOKUP_SYMLINK_FOLLOW) !== 0;
}

/**
 * Checks the result of creating a name. If a name with a slash after it exists, its lookup gives the better errno: ENOTDIR if it is no
 * directory, ENOENT if it is a link to nothing.
 */
function created(context: WasiContext, from: FileDescriptor, path: Path, result: number): void {
  if (result === -LINUX_ERRNO.EEXIST && endsWithSlash(path)) {
    withFile(context, from, path, { follow: true }, () => undefined);
  }
  checked(result);
}

/**
 * Refuses to link `path`, which ends with a slash or dots and therefore means a directory: with the errno of its lookup, or EPERM.
 *
 * The kernel would follow a symbolic link before a slash, which may lead out of the guest's directory.
 */
function refuseDirectoryLink(context: WasiContext, from: FileDescriptor, path: Path): never {
  withFile(context, from, path, { follow: true }, () => undefined);
  throw new Refusal(WASI_ERRNO.EPERM);
}
