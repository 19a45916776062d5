/**
 * Exit codes of commands.
 *
 * @module
 */

import type { BpfError } from "../errors/mod.ts";

/** The exit codes other than the guest's own (the numbers of container runtimes and shells). */
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

/** The exit code for what the system refused: a file that cannot be read is the file's fault, the rest the host's. */
export function exitCodeOf({ operation, code }: BpfError): number {
  if (operation !== "read") return EXIT.HOST;
  return code === "ENOENT" ? EXIT.NOT_FOUND : EXIT.NOT_RUNNABLE;
}

/** Options were given that make no sense. The message says which, in one line. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** By its name: in the binary, subcommands are a bundle with a class of their own. */
export function isUsageError(error: unknown): error is UsageError {
  return error instanceof Error && error.name === "UsageError";
}
