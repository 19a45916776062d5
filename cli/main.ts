/**
 * Which subcommand, and the exit codes that they share.
 *
 * @module
 */

import { printError } from "./output.ts";

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

/** Runs one command. @returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    if (error instanceof UsageError) {
      printError(`${error.message} (wasm-bpf --help shows what there is)`);
      return EXIT.USAGE;
    }
    throw error;
  }
}

/** Each subcommand's module is loaded when it is called: the run path pays for nothing else. */
async function dispatch(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  switch (first) {
    case "gen":
      return (await import("./gen.ts")).gen(rest);
    case "inspect":
      return (await import("./inspect.ts")).inspect(rest);
    case "run":
      return (await import("./run.ts")).run(rest);
    default:
      return (await import("./run.ts")).run(args);
  }
}
