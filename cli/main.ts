/**
 * Which subcommand.
 *
 * @module
 */

import { EXIT, isUsageError } from "./exit.ts";
import { printError } from "./output.ts";
import { run } from "./run.ts";

/** Loads `subcommands.ts`, from wherever it is. */
type LoadSubcommands = () => Promise<typeof import("./subcommands.ts")>;

/** Runs one command. @returns the exit code. */
export async function main(args: readonly string[], load: LoadSubcommands): Promise<number> {
  try {
    return await dispatch(args, load);
  } catch (error) {
    if (isUsageError(error)) {
      printError(`${error.message} (wasm-bpf --help shows what there is)`);
      return EXIT.USAGE;
    }
    throw error;
  }
}

async function dispatch(args: readonly string[], load: LoadSubcommands): Promise<number> {
  const [first, ...rest] = args;
  switch (first) {
    case "gen":
      return (await load()).gen(rest);
    case "inspect":
      return (await load()).inspect(rest);
    case "run":
      return run(rest);
    default:
      return run(args, { isSubcommandLeftOut: true });
  }
}
