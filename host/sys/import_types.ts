/**
 * The types of the functions of module `wasm_bpf_sys`, as guests declare them.
 *
 * @module
 */

import type { ImportTypes } from "../core/imports.ts";

/** The name of the import module. */
export const SYS_MODULE = "wasm_bpf_sys";

/** Module {@link SYS_MODULE}. */
export const SYS_TYPES: ImportTypes = {
  // Facts
  getpid: ["() -> i32"],
  getppid: ["() -> i32"],
  gettid: ["() -> i32"],
  getuid: ["() -> i32"],
  geteuid: ["() -> i32"],
  getgid: ["() -> i32"],
  getegid: ["() -> i32"],
  getpgid: ["(i32) -> i32"],
  getsid: ["(i32) -> i32"],
  sysconf: ["(i32) -> i32"],
  uname: ["(ptr) -> i32"],
  sysinfo: ["(ptr) -> i32"],
  getrlimit: ["(i32, ptr) -> i32"],
  if_nametoindex: ["(ptr) -> i32"],
  if_indextoname: ["(i32, ptr) -> i32"],
  terminal_size: ["(i32, ptr) -> i32"],
  time_zone: ["(ptr, ptr) -> i32"],
  time_zone_file: ["(ptr, ptr, ptr) -> ptr"],
  missing_path: ["(ptr) -> i32"],
  missing_program: ["(ptr) -> i32"],
  // Signals
  sigaction: ["(i32, i32, i32, ptr) -> i32"],
  sigprocmask: ["(i64) -> i32"],
  sigtimedwait: ["(i64, i64) -> i32"],
  sigpending: ["(ptr) -> i32"],
  kill: ["(i32, i32) -> i32"],
  pause: ["() -> i32"],
  setitimer: ["(i32, ptr, ptr) -> i32"],
  // Descriptors
  perf_event_open: ["(ptr, i32, i32, i32, i64) -> i32"],
  perf_event_ioctl: ["(i32, i32, i32) -> i32"],
  socket: ["(i32, i32, i32) -> i32"],
  bind: ["(i32, ptr, i32) -> i32"],
  setsockopt: ["(i32, i32, i32, ptr, i32) -> i32"],
};
