/**
 * Paths of a guest: checked, and resolved by the kernel inside the directory they start from.
 *
 * A path is never resolved here. What opens a file is one `openat2` that cannot leave the directory; what acts on a name opens
 * the name's parent that way and hands the kernel the last component alone, in calls that do not follow it.
 *
 * @module
 */

import { LINUX_ERRNO, WASI_ERRNO, wasiErrno } from "../../errors/mod.ts";
import { O } from "../../ffi/system/open_flags.ts";
import { guestPtr } from "../core/memory.ts";
import { Refusal, refuse, type WasiContext } from "./context.ts";
import type { Descriptor } from "./descriptors.ts";
import { FILETYPE } from "./types.ts";

const SLASH = 0x2f;
const DOT = 0x2e;
/** Linux's PATH_MAX, with the NUL. */
const MAX_PATH_BYTES = 4096;

/** A path as the kernel takes it: bytes with a NUL at the end. */
export type Path = Uint8Array<ArrayBuffer>;

/** A name and the directory it is in. */
export interface Place {
  /** The host's descriptor of the parent, open only for lookups. */
  readonly parentFd: number;
  /** The last component, with one slash after it when the path ended with slashes. */
  readonly name: Path;
}

/**
 * Copies the path at `ptr` out of the guest's memory.
 *
 * Refuses with EILSEQ what is no UTF-8 or has a NUL inside, with ENOENT an empty path, with ENAMETOOLONG one that the kernel
 * would not take.
 */
export function readPath(context: WasiContext, ptr: number, sizeBytes: number): Path {
  const view = context.memory.view(guestPtr(ptr), sizeBytes >>> 0);
  if (view.length === 0) refuse("ENOENT");
  if (view.length >= MAX_PATH_BYTES) refuse("ENAMETOOLONG");
  const path = new Uint8Array(view.length + 1);
  path.set(view);
  if (view.includes(0) || !isUtf8(view)) refuse("EILSEQ");
  return path;
}

/** The directory behind `fd`, when it has `rights` and, for a change, may be changed. */
export function directory(context: WasiContext, fd: number, rights: bigint, isChange = false): Descriptor {
  const descriptor = context.descriptors.get(fd);
  if (descriptor.filetype !== FILETYPE.DIRECTORY) refuse("ENOTDIR");
  context.descriptors.get(fd, rights);
  if (isChange && descriptor.isReadOnly) refuse("EROFS");
  return descriptor;
}

/** Opens `path` below `from`. Refuses with EPERM when it would leave. @param flags of the host's `open`. */
export function openPath(context: WasiContext, from: Descriptor, path: Path, flags: number, mode = 0): number {
  const result = context.files.openBeneath(from.hostFd, path, flags, mode);
  if (result < 0) throw new Refusal(openErrno(result));
  return result;
}

/** Runs `action` on what `path` names, opened only to look at it, and closes it. */
export function withFile<T>(
  context: WasiContext,
  from: Descriptor,
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

/** Runs `action` on the last component of `path` and the directory it is in, which is closed afterwards. */
export function withPlace<T>(context: WasiContext, from: Descriptor, path: Path, action: (place: Place) => T): T {
  // The kernel would say so of the parent, which "/" has not.
  if (isAbsolute(path)) refuse("EPERM");
  const { parent, name } = split(path);
  // Calls on names look at no name that is dots, so they would not say that this one leads out.
  if (isDots(name)) withFile(context, from, path, { follow: true }, () => undefined);
  const parentFd = openPath(context, from, parent, O.PATH | O.DIRECTORY);
  try {
    return action({ parentFd, name });
  } finally {
    context.files.close(parentFd);
  }
}

/** True when the path ends with a slash, and so must be a directory. */
export function endsWithSlash(path: Path): boolean {
  return path[path.length - 2] === SLASH;
}

/** True when the path is absolute. */
export function isAbsolute(path: Path): boolean {
  return path[0] === SLASH;
}

/** True when a {@link Place.name} is "." or "..". */
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

/** `EXDEV` is how `openat2` says that a path would leave the directory; guests know it as EPERM. */
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
