/**
 * System calls on this process: who it is, its timer, its limits.
 *
 * @module
 */

import { LAYOUT } from "./struct_layouts.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

const ITIMER_REAL = 0;
const OWN_PROCESS = 0;

/** The size of `struct itimerval`. */
export const TIMER_BYTES = LAYOUT.itimerval.size;
/** The size of `struct rlimit64`. */
export const LIMIT_BYTES = LAYOUT.rlimit64.size;

/** Numbers of this process and its user. */
export interface ProcessNumbers {
  readonly getppid: number;
  readonly gettid: number;
  readonly getuid: number;
  readonly geteuid: number;
  readonly getgid: number;
  readonly getegid: number;
}

/** The number that the system call `name` returns. It cannot fail. */
export function processNumber({ symbols }: SystemCalls, name: keyof ProcessNumbers): number {
  return symbols[name](NUMBER[name]);
}

/** The process group (`getpgid`) or session (`getsid`) of a process. @param pid 0 is this process. @returns a negative errno for none. */
export function processGroup(calls: SystemCalls, name: "getpgid" | "getsid", pid: number): number {
  return calls.result(calls.symbols[name](NUMBER[name], pid));
}

/** Sends `signal`; 0 only looks if the process exists. @returns 0 or a negative errno. */
export function killProcess(calls: SystemCalls, pid: number, signal: number): number {
  return calls.result(calls.symbols.kill(NUMBER.kill, pid, signal));
}

/** Sets the timer that sends SIGALRM. @param timer a `struct itimerval`; null only reads. @returns 0 or a negative errno. */
export function setTimer(
  calls: SystemCalls,
  timer: Uint8Array<ArrayBuffer> | null,
  old: Uint8Array<ArrayBuffer>,
): number {
  // The kernel stops the timer for a null pointer.
  if (timer === null) return calls.result(calls.symbols.getitimer(NUMBER.getitimer, ITIMER_REAL, old));
  return calls.result(calls.symbols.setitimer(NUMBER.setitimer, ITIMER_REAL, timer, old));
}

/** Reads a limit (`RLIMIT_*`) of this process into a `struct rlimit64`. @returns 0 or a negative errno. */
export function readLimit(calls: SystemCalls, resource: number, limit: Uint8Array<ArrayBuffer>): number {
  return calls.result(calls.symbols.prlimit64(NUMBER.prlimit64, OWN_PROCESS, resource, null, limit));
}
