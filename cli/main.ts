/**
 * Chooses the subcommand.
 *
 * @module
 */

import { run } from "./run.ts";
import { isSubcommand } from "./subcommand_names.ts";

/** Runs one command. @returns the exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (isSubcommand(first)) return (await import("./subcommands.ts"))[first](rest);
  // The word can also be the guest's. Then the parser is loaded in vain.
  const parsePolicy = args.some((word) => /^--policy(=|$)/.test(word))
    ? await (await import("./subcommands.ts")).loadParsePolicy()
    : undefined;
  return first === "run" ? run(rest, { parsePolicy }) : run(args, { parsePolicy, isSubcommandLeftOut: true });
}
