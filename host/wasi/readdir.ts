/**
 * `fd_readdir`.
 *
 * @module
 */

import { wasiErrno } from "../../errors/mod.ts";
import type { DirectoryEntry } from "../../ffi/system/file_layouts.ts";
import { guestSize, type WasmPtr } from "../core/memory.ts";
import { Refusal } from "../core/refusal.ts";
import { guardAll, type WasiContext, type WasiFunctions } from "./context.ts";
import { type FileDescriptor, filetypeOf } from "./descriptors.ts";
import { directory } from "./paths.ts";
import { RIGHTS, WHENCE } from "./types.ts";

/** The size of a `dirent`: next 0 (8), inode 8 (8), name length 16 (4), file type 20 (1). The name follows. */
const DIRENT_SIZE = 24;
/** `DT_*` is the file type of a mode, shifted. */
const DT_SHIFT = 12;

/** `fd_readdir`. A cookie is the kernel's offset in the directory, so it stays valid when entries are added or removed. */
export function directoryFunctions(context: WasiContext): WasiFunctions {
  return guardAll(context, {
    fd_readdir(fd: number, buffer: WasmPtr, length: WasmPtr, cookie: bigint, result: WasmPtr): void {
      const descriptor = directory(context, fd, RIGHTS.FD_READDIR);
      const out = context.memory.view(context.ptr(buffer), guestSize(length));
      const resultAt = context.sizeResult(result);
      const used = fill(context, descriptor, out, cookie);
      context.memory.writePointer(resultAt, used);
    },
  });
}

/**
 * Fills `out` from the entry at `cookie`. A guest takes a partly filled buffer as the end of the directory. So if the next entry does
 * not fit, its first bytes fill the rest.
 */
function fill(context: WasiContext, { hostFd }: FileDescriptor, out: Uint8Array<ArrayBuffer>, cookie: bigint): number {
  const position = context.files.seek(hostFd, BigInt.asIntN(64, cookie), WHENCE.SET);
  if (position < 0n) throw new Refusal(wasiErrno(Number(position)));
  let used = 0;
  while (used < out.length) {
    const entries = context.files.readDirectory(hostFd);
    if (typeof entries === "number") throw new Refusal(wasiErrno(entries));
    if (entries.length === 0) break;
    for (const entry of entries) {
      const bytes = dirent(entry);
      out.set(bytes.subarray(0, out.length - used), used);
      used = Math.min(used + bytes.length, out.length);
      if (used === out.length) break;
    }
  }
  return used;
}

function dirent({ inode, next, type, name }: DirectoryEntry): Uint8Array {
  const bytes = new Uint8Array(DIRENT_SIZE + name.length);
  const data = new DataView(bytes.buffer);
  data.setBigUint64(0, BigInt.asUintN(64, next), true);
  data.setBigUint64(8, inode, true);
  data.setUint32(16, name.length, true);
  data.setUint8(20, filetypeOf(type << DT_SHIFT));
  bytes.set(name, DIRENT_SIZE);
  return bytes;
}
