/**
 * The functions of module `wasm_bpf_sys` on files: what Linux's libc has and WASI lacks, which is permissions, owners and devices. They
 * are here since they use a guest's directories.
 *
 * @module
 */

import { wasiErrno } from "../../errors/mod.ts";
import type { FileStatus } from "../../ffi/system/file_layouts.ts";
import { NEGATIVE_WASI } from "../core/guard.ts";
import type { ImportTable } from "../core/imports.ts";
import type { WasmPtr } from "../core/memory.ts";
import { checked, Refusal, refuse } from "../core/refusal.ts";
import type { WasiContext } from "./context.ts";
import { writeLinuxStat } from "./filestat.ts";
import { follows, statusAt } from "./path.ts";
import { directory, readPath, withFile } from "./paths.ts";
import { RIGHTS } from "./types.ts";

/** The bits of a mode that a guest can give: no set-user-ID, since such a file would give others the rights of this process. */
const PERMISSIONS = 0o777;
/** The bits of access(2): to read, to write, to execute. */
const ACCESS = 0o7;
const WRITE = 0o2;

/** Makes the functions for one guest. Paths are relative to a directory of the guest, as those of WASI. */
export function linuxFiles(context: WasiContext): ImportTable {
  const { descriptors, files } = context;
  const guarded = <P extends readonly unknown[]>(run: (...parameters: P) => void) =>
    context.guard.wrap(run, { errors: NEGATIVE_WASI, syncs: false });
  return {
    /** Fills a `struct stat` of x86_64. */
    fd_stat: guarded((fd: number, result: WasmPtr) => {
      const status = files.status(descriptors.get(fd, RIGHTS.FD_FILESTAT_GET).hostFd);
      writeLinuxStat(context.memory, context.ptr(result), found(status));
    }),

    path_stat: guarded((fd: number, lookup: number, path: WasmPtr, size: WasmPtr, result: WasmPtr) => {
      const from = directory(context, fd, RIGHTS.PATH_FILESTAT_GET);
      const status = statusAt(context, from, readPath(context, path, size), { follow: follows(lookup) });
      writeLinuxStat(context.memory, context.ptr(result), status);
    }),

    /** access(2). A read-only directory is like a read-only mount. */
    path_access: guarded((fd: number, path: WasmPtr, size: WasmPtr, access: number) => {
      if ((access & ~ACCESS) !== 0) refuse("EINVAL");
      const from = directory(context, fd, RIGHTS.PATH_FILESTAT_GET);
      const options = { follow: true };
      checked(withFile(context, from, readPath(context, path, size), options, (at) => files.checkAccess(at, access)));
      if ((access & WRITE) !== 0 && from.isReadOnly) refuse("EROFS");
    }),

    /** Sets the permissions of the file or directory that the next `path_open` or `path_create_directory` makes. */
    new_file_mode: guarded((mode: number) => {
      context.newFileMode = mode & PERMISSIONS;
    }),
  };
}

function found(status: FileStatus | number): FileStatus {
  if (typeof status === "number") throw new Refusal(wasiErrno(status));
  return status;
}
