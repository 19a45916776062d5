/**
 * Reading the files that people name on the command line, and saying what is wrong with them.
 *
 * @module
 */

import { MissingTypeError } from "../codegen/mod.ts";
import { BpfError, FormatError } from "../errors/mod.ts";
import { openSystem } from "../ffi/mod.ts";
import { EXIT, exitCodeOf } from "./exit.ts";
import { printError } from "./output.ts";
import { readFrom } from "./standard_input.ts";

/** As {@link readFrom}, but opens the system itself. */
export function readInput(path: string): Uint8Array<ArrayBuffer> {
  using system = openSystem();
  return readFrom(system, path);
}

/**
 * Says in one line what went wrong with the file at `path`.
 *
 * @returns the exit code: 127 no such file; 126 a file that cannot be read or is not what it should be; 125 the host failed; 1
 * when the file has not what was asked for.
 * @throws what it has no words for.
 */
export function explainInput(path: string, error: unknown): number {
  if (error instanceof BpfError) {
    printError(error.message);
    return exitCodeOf(error);
  }
  if (error instanceof FormatError) {
    // "it" is the file itself, or the part of it that has a name.
    const part = error.format === "ELF" || error.format === "file" ? "" : `${error.format}: `;
    printError(`Cannot parse "${path}": ${part}${error.problem}`);
    return EXIT.NOT_RUNNABLE;
  }
  if (error instanceof MissingTypeError) {
    printError(error.message);
    return 1;
  }
  throw error;
}
