/**
 * The import module `wasm_bpf_sys`: what native tools get from libc, but not from WASI. It has facts about the process and the machine,
 * signals, the zone of local time, perf events, and packet sockets.
 *
 * Results are 0 or positive, or a negative WASI errno, as in module `libbpf`.
 *
 * @module
 */

import type { GuestContext } from "../core/context.ts";
import { type GuardOptions, NEGATIVE_WASI } from "../core/guard.ts";
import { findImport, type ImportFunction, type ImportModule, type MakeImport, withPtrResult } from "../core/imports.ts";
import {
  getpid,
  getrlimit,
  groupOf,
  indexToName,
  nameToIndex,
  ownNumber,
  sysinfo,
  terminalSize,
  uname,
} from "./facts.ts";
import { missingPath } from "./missing_path.ts";
import { missingProgram } from "./missing_program.ts";
import { perfEventIoctl, perfEventOpen } from "./perf_events.ts";
import { kill, pause, setitimer, sigaction, sigpending, sigprocmask, sigtimedwait } from "./signals.ts";
import { bind, setsockopt, socket } from "./sockets.ts";
import { sysconf } from "./sysconf.ts";
import { timeZone, timeZoneFile } from "./time_zone.ts";

const GUARD: GuardOptions<number> = { errors: NEGATIVE_WASI, syncs: true };

/** Guards the function that `make` makes. */
function guarded<P extends readonly unknown[]>(
  make: (guest: GuestContext) => (...parameters: P) => number | void,
): (guest: GuestContext) => ImportFunction {
  return (guest) => guest.guard.wrap(make(guest), GUARD);
}

/** The functions of module `wasm_bpf_sys`. */
export const SYS_FUNCTIONS: ImportModule = {
  getpid: guarded(getpid),
  getppid: guarded((guest) => ownNumber(guest, "getppid")),
  gettid: guarded((guest) => ownNumber(guest, "gettid")),
  getuid: guarded((guest) => ownNumber(guest, "getuid")),
  geteuid: guarded((guest) => ownNumber(guest, "geteuid")),
  getgid: guarded((guest) => ownNumber(guest, "getgid")),
  getegid: guarded((guest) => ownNumber(guest, "getegid")),
  getpgid: guarded((guest) => groupOf(guest, "getpgid")),
  getsid: guarded((guest) => groupOf(guest, "getsid")),
  sysconf: guarded(sysconf),
  uname: guarded(uname),
  sysinfo: guarded(sysinfo),
  getrlimit: guarded(getrlimit),
  if_nametoindex: guarded(nameToIndex),
  if_indextoname: guarded(indexToName),
  terminal_size: guarded(terminalSize),
  time_zone: guarded(timeZone),
  time_zone_file: (guest) => withPtrResult(guest.guard.wrap(timeZoneFile(guest), GUARD), guest.addressBits),
  missing_path: guarded(missingPath),
  missing_program: guarded(missingProgram),
  sigaction: guarded(sigaction),
  sigprocmask: guarded(sigprocmask),
  sigtimedwait: guarded(sigtimedwait),
  sigpending: guarded(sigpending),
  kill: guarded(kill),
  pause: guarded(pause),
  setitimer: guarded(setitimer),
  perf_event_open: guarded(perfEventOpen),
  perf_event_ioctl: guarded(perfEventIoctl),
  socket: guarded(socket),
  bind: guarded(bind),
  setsockopt: guarded(setsockopt),
};

/** Finds a function of module `wasm_bpf_sys`. */
export function sysFunction(name: string): MakeImport | undefined {
  return findImport(SYS_FUNCTIONS, name);
}
