/**
 * Which subcommand.
 *
 * @module
 */

import { EXIT, UsageError } from "./exit.ts";
import { printError } from "./output.ts";
import { run } from "./run.ts";

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

/** The modules of the other subcommands are loaded when they are called: running a guest pays for nothing else. */
async function dispatch(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  switch (first) {
    case "gen":
      return (await import("./gen.ts")).gen(rest);
    case "inspect":
      return (await import("./inspect.ts")).inspect(rest);
    case "run":
      return run(rest);
    default:
      return run(args);
  }
}
