/**
 * Paths of a guest: checked here, and resolved by the kernel inside the directory they start from.
 *
 * This code never resolves a path. A file is opened by one `openat2` that cannot leave the directory. Functions that act on a name open
 * the name's parent in that way, and pass only the last component to the kernel, in calls that do not follow links.
 *
 * @module
 */

import { LINUX_ERRNO, WASI_ERRNO, wasiErrno } from "../../errors/mod.ts";
import { O, PATH_MAX } from "../../ffi/system/linux_numbers.ts";
import { guestSize, type WasmPtr } from "../core/memory.ts";
import { Refusal, refuse } from "../core/refusal.ts";
import type { WasiContext } from "./context.ts";
import type { FileDescriptor } from "./descriptors.ts";
import { FILETYPE } from "./types.ts";

const SLASH = 0x2f;
const DOT = 0x2e;

/** A path for the kernel: bytes with a NUL at the end. */
export type Path = Uint8Array<ArrayBuffer>;

/** A name and the directory it is in. */
export interface Place {
  /** The host's descriptor of the parent, opened only for lookups. */
  readonly parentFd: number;
  /** The last component, with one slash after it if the path ended with slashes. */
  readonly name: Path;
}

/**
 * Copies the path at `ptr` out of the guest's memory.
 *
 * Refuses an empty path with ENOENT, a path too long for the kernel with ENAMETOOLONG, and a path with a NUL or malformed UTF-8 with
 * EILSEQ.
 */
export function readPath(context: WasiContext, ptr: WasmPtr, sizeBytes: WasmPtr): Path {
  const view = context.memory.view(context.ptr(ptr), guestSize(sizeBytes));
  if (view.length === 0) refuse("ENOENT");
  if (view.length >= PATH_MAX) refuse("ENAMETOOLONG");
  const path = new Uint8Array(view.length + 1);
  path.set(view);
  if (view.includes(0) || !isUtf8(view)) refuse("EILSEQ");
  return path;
}

/** Returns the directory at `fd`. Refuses if it lacks `rights`, or if it is read-only and `isChange` is true. */
export function directory(context: WasiContext, fd: number, rights: bigint, isChange = false): FileDescriptor {
  const descriptor = context.descriptors.get(fd);
  if (descriptor.filetype !== FILETYPE.DIRECTORY && !descriptor.isGivenFile) refuse("ENOTDIR");
  context.descriptors.get(fd, rights);
  if (isChange && descriptor.isReadOnly) refuse("EROFS");
  return descriptor;
}

/** Opens `path` below `from`. Refuses with EPERM if it leads out. @param flags of the host's `open`. */
export function openPath(context: WasiContext, from: FileDescriptor, path: Path, flags: number, mode = 0): number {
  const result = from.isGivenFile
    ? openGivenFile(context, from, path, flags)
    : from.isHostRoot && !isAbsolute(path)
    ? context.files.openInRoot(from.hostFd, path, flags, mode)
    : context.files.openBeneath(from.hostFd, path, flags, mode);
  if (result < 0) throw new Refusal(openErrno(result));
  return result;
}

/** Opens the only path of a given file. */
function openGivenFile(context: WasiContext, from: FileDescriptor, path: Path, flags: number): number {
  const isOwn = path.length === 2 && path[0] === DOT;
  return isOwn ? context.files.reopen(from.hostFd, flags) : -LINUX_ERRNO.ENOTDIR;
}

/** Opens `path` for lookups only, runs `action` on the descriptor, and closes it. */
export function withFile<T>(
  context: WasiContext,
  from: FileDescriptor,
  path: Path,
  options: { follow: boolean },
  action: (hostFd: number) => T,
): T {
  const hostFd = openPath(context, from, path, O.PATH | (options.follow ? 0 : O.NOFOLLOW));
  try {
    return action(hostFd);
  } finally {
    context.files.close(hostFd);
  }
}

/** Opens the parent directory of `path`, runs `action` on it and the last component, and closes it. */
export function withPlace<T>(context: WasiContext, from: FileDescriptor, path: Path, action: (place: Place) => T): T {
  // The kernel would refuse the parent, but "/" has none.
  if (isAbsolute(path)) refuse("EPERM");
  const { parent, name } = split(path);
  // Calls on names do not resolve dots, so they would not refuse a path that leads out.
  if (isDots(name)) withFile(context, from, path, { follow: true }, () => undefined);
  const parentFd = openPath(context, from, parent, O.PATH | O.DIRECTORY);
  try {
    return action({ parentFd, name });
  } finally {
    context.files.close(parentFd);
  }
}

/** True if the path ends with a slash, and therefore must be a directory. */
export function endsWithSlash(path: Path): boolean {
  return path[path.length - 2] === SLASH;
}

/** True if the path is absolute. */
export function isAbsolute(path: Path): boolean {
  return path[0] === SLASH;
}

/** True if a {@link Place.name} is "." or "..". */
export function isDots(name: Path): boolean {
  const end = endsWithSlash(name) ? name.length - 2 : name.length - 1;
  return end > 0 && end <= 2 && name.subarray(0, end).every((byte) => byte === DOT);
}

function split(path: Path): { parent: Path; name: Path } {
  let end = path.length - 1;
  while (end > 0 && path[end - 1] === SLASH) end--;
  const start = path.lastIndexOf(SLASH, end - 1) + 1;
  const name = new Uint8Array(end - start + (endsWithSlash(path) ? 2 : 1));
  name.set(path.subarray(start, end));
  if (endsWithSlash(path)) name[end - start] = SLASH;
  if (start === 0) return { parent: Uint8Array.of(DOT, 0), name };
  const parent = path.slice(0, start + 1);
  parent[start] = 0;
  return { parent, name };
}

/** `openat2` returns EXDEV for a path that would leave the directory. Guests expect EPERM. */
function openErrno(result: number): number {
  if (result === -LINUX_ERRNO.EXDEV) return WASI_ERRNO.EPERM;
  return wasiErrno(result);
}

const decoder = new TextDecoder("utf-8", { fatal: true });

function isUtf8(bytes: Uint8Array): boolean {
  try {
    decoder.decode(bytes);
    return true;
  } catch {
    return false;
  }
}
