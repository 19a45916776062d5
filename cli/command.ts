/**
 * Commands: their declarations, and how they run.
 *
 * @module
 */

import { Arguments, type Syntax } from "./arguments.ts";
import { EXIT } from "./exit.ts";
import { reportInternalError } from "./internal_error.ts";
import { type HelpPage, helpText } from "./help.ts";
import { printError, writeOutput } from "./output.ts";
import { UsageError } from "./usage_error.ts";

/** The declaration of a command. `V` has the type of each option's value. */
export interface Command<V extends { help: boolean }> extends Syntax<V> {
  /** The page for `--help`. Several commands can share one. */
  readonly page: HelpPage;
}

/** Checks a declaration, and infers the types of its options' values. */
export function command<V extends { help: boolean }>(declaration: Command<V>): Command<V> {
  return declaration;
}

/**
 * Parses `args` and runs `action`. Handles `--help` itself, and prints errors that the action throws: a usage error in one
 * line.
 *
 * @returns the exit code.
 */
export function runCommand<V extends { help: boolean }>(
  command: Command<V>,
  args: readonly string[],
  action: (given: Arguments<V>) => number,
): number {
  try {
    const given = new Arguments(command, args);
    return given.get("help") ? writeOutput(helpText(command.page)) : action(given);
  } catch (error) {
    if (!(error instanceof UsageError)) return reportInternalError(error, { withStack: true });
    const help = ["wasm-bpf", command.page.of, "--help"].filter((word) => word !== "").join(" ");
    printError(`${error.message} (${error.advice ?? `see ${help}`})`);
    return EXIT.USAGE;
  }
}
