/**
 * The types of WASI preview 1's functions, as the specification lowers them. It knows only 32-bit addresses. For guests with 64-bit
 * addresses, pointers and sizes have 64 bits, in parameters and in memory.
 *
 * Source: https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/witx/wasi_snapshot_preview1.witx
 *
 * @module
 */

import type { ImportTypes } from "../core/imports.ts";

/** The name of the import module. */
export const WASI_MODULE = "wasi_snapshot_preview1";
/** The name of the module before preview 1; see `unstable.ts`. */
export const WASI_UNSTABLE_MODULE = "wasi_unstable";

/** The functions of module `wasm_bpf_sys` on files; see `linux_files.ts`. */
export const LINUX_FILE_TYPES: ImportTypes = {
  fd_stat: ["(i32, ptr) -> i32"],
  path_stat: ["(i32, i32, ptr, ptr, ptr) -> i32"],
  path_access: ["(i32, ptr, ptr, i32) -> i32"],
  new_file_mode: ["(i32) -> i32"],
};

/** Module {@link WASI_MODULE}. */
export const WASI_TYPES: ImportTypes = {
  args_get: ["(ptr, ptr) -> i32"],
  args_sizes_get: ["(ptr, ptr) -> i32"],
  environ_get: ["(ptr, ptr) -> i32"],
  environ_sizes_get: ["(ptr, ptr) -> i32"],
  clock_res_get: ["(i32, ptr) -> i32"],
  clock_time_get: ["(i32, i64, ptr) -> i32"],
  fd_advise: ["(i32, i64, i64, i32) -> i32"],
  fd_allocate: ["(i32, i64, i64) -> i32"],
  fd_close: ["(i32) -> i32"],
  fd_datasync: ["(i32) -> i32"],
  fd_fdstat_get: ["(i32, ptr) -> i32"],
  fd_fdstat_set_flags: ["(i32, i32) -> i32"],
  fd_fdstat_set_rights: ["(i32, i64, i64) -> i32"],
  fd_filestat_get: ["(i32, ptr) -> i32"],
  fd_filestat_set_size: ["(i32, i64) -> i32"],
  fd_filestat_set_times: ["(i32, i64, i64, i32) -> i32"],
  fd_pread: ["(i32, ptr, ptr, i64, ptr) -> i32"],
  fd_prestat_dir_name: ["(i32, ptr, ptr) -> i32"],
  fd_prestat_get: ["(i32, ptr) -> i32"],
  fd_pwrite: ["(i32, ptr, ptr, i64, ptr) -> i32"],
  fd_read: ["(i32, ptr, ptr, ptr) -> i32"],
  fd_readdir: ["(i32, ptr, ptr, i64, ptr) -> i32"],
  fd_renumber: ["(i32, i32) -> i32"],
  fd_seek: ["(i32, i64, i32, ptr) -> i32"],
  fd_sync: ["(i32) -> i32"],
  fd_tell: ["(i32, ptr) -> i32"],
  fd_write: ["(i32, ptr, ptr, ptr) -> i32"],
  path_create_directory: ["(i32, ptr, ptr) -> i32"],
  path_filestat_get: ["(i32, i32, ptr, ptr, ptr) -> i32"],
  path_filestat_set_times: ["(i32, i32, ptr, ptr, i64, i64, i32) -> i32"],
  path_link: ["(i32, i32, ptr, ptr, i32, ptr, ptr) -> i32"],
  path_open: ["(i32, i32, ptr, ptr, i32, i64, i64, i32, ptr) -> i32"],
  path_readlink: ["(i32, ptr, ptr, ptr, ptr, ptr) -> i32"],
  path_remove_directory: ["(i32, ptr, ptr) -> i32"],
  path_rename: ["(i32, ptr, ptr, i32, ptr, ptr) -> i32"],
  path_symlink: ["(ptr, ptr, i32, ptr, ptr) -> i32"],
  path_unlink_file: ["(i32, ptr, ptr) -> i32"],
  poll_oneoff: ["(ptr, ptr, ptr, ptr) -> i32"],
  proc_exit: ["(i32)"],
  proc_raise: ["(i32) -> i32"],
  random_get: ["(ptr, ptr) -> i32"],
  sched_yield: ["() -> i32"],
  sock_accept: ["(i32, i32, ptr) -> i32"],
  sock_recv: ["(i32, ptr, ptr, i32, ptr, ptr) -> i32"],
  sock_send: ["(i32, ptr, ptr, i32, ptr) -> i32"],
  sock_shutdown: ["(i32, i32) -> i32"],
};

const { sock_accept: _, ...unstable } = WASI_TYPES;

/** Module {@link WASI_UNSTABLE_MODULE}: the same functions, without the one that was added later. */
export const WASI_UNSTABLE_TYPES: ImportTypes = unstable;
