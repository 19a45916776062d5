/**
 * Reports defects of wasm-bpf itself.
 *
 * @module
 */

import { EXIT } from "./exit.ts";
import { printError, printLines } from "./output.ts";

/** Reports an unexpected error, in one line or with its stack. @returns the exit code. */
export function reportInternalError(error: unknown, { withStack }: { withStack: boolean }): number {
  const { message, stack = message } = error instanceof Error ? error : new Error(String(error));
  printError(`internal error: ${message} (please report this${withStack ? "" : "; --verbose shows where"})`);
  if (withStack) printLines(stack);
  return EXIT.HOST;
}
