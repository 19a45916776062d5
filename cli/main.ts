/**
 * Chooses the subcommand.
 *
 * @module
 */

import { run } from "./run.ts";
import { isSubcommand } from "./subcommand_names.ts";

/** Loads `subcommands.ts`, which the binary and the checkout have in different places. */
type LoadSubcommands = () => Promise<typeof import("./subcommands.ts")>;

/** Runs one command. @returns the exit code. */
export async function main(args: readonly string[], load: LoadSubcommands): Promise<number> {
  const [first, ...rest] = args;
  if (isSubcommand(first)) return (await load())[first](rest);
  // The word can also be the guest's. Then the parser is loaded in vain.
  const parsePolicy = args.some((word) => /^--policy(=|$)/.test(word))
    ? await (await load()).loadParsePolicy()
    : undefined;
  return first === "run" ? run(rest, { parsePolicy }) : run(args, { parsePolicy, isSubcommandLeftOut: true });
}
