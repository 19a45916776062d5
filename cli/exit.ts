/**
 * Exit codes.
 *
 * @module
 */

import { BpfError, FormatError, GuestError } from "../errors/mod.ts";

/** The exit codes besides the guest's own: those of container runtimes and shells. */
export const EXIT = {
  /** The output could not be written, or the file lacks a requested part. */
  FAILED: 1,
  /** The arguments are invalid. */
  USAGE: 2,
  /** Events were lost, with `--fail-on-loss`. */
  EVENTS_LOST: 123,
  /** The guest reached the limit of `--timeout`, as timeout(1) reports it. */
  TIMED_OUT: 124,
  /** The host failed: no privilege, no libbpf, a defect. */
  HOST: 125,
  /** The file cannot be read, or has another format. */
  NOT_RUNNABLE: 126,
  NOT_FOUND: 127,
  /** The guest trapped: 128 + SIGABRT, like a native program that aborts. */
  TRAP: 134,
} as const;

/** The exit code for an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof BpfError) {
    if (error.operation !== "read" || error.kind !== "file") return EXIT.HOST;
    return error.code === "ENOENT" ? EXIT.NOT_FOUND : EXIT.NOT_RUNNABLE;
  }
  if (error instanceof GuestError) {
    if (error.code === "events-lost") return EXIT.EVENTS_LOST;
    if (error.code === "timed-out") return EXIT.TIMED_OUT;
    return error.code === "trap" || error.code === "out-of-memory" ? EXIT.TRAP : EXIT.NOT_RUNNABLE;
  }
  return error instanceof FormatError ? EXIT.NOT_RUNNABLE : EXIT.HOST;
}
