/**
 * How commands end.
 *
 * @module
 */

/** What the process exits with when it is not the guest's own code (the numbers that container runtimes and shells use). */
export const EXIT = {
  /** Bad options of ours. */
  USAGE: 2,
  /** The host failed: no privilege, no libbpf. */
  HOST: 125,
  /** Not a module that we can run. */
  NOT_RUNNABLE: 126,
  NOT_FOUND: 127,
  /** The guest trapped (128 + SIGABRT, as a native program that aborts). */
  TRAP: 134,
} as const;

/** Options were given that make no sense. The message says which, in one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
