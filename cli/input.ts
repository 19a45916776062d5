/**
 * Reads the files that are named on the command line, and explains their errors.
 *
 * @module
 */

import { MissingTypeError } from "../codegen/mod.ts";
import { BpfError, FormatError } from "../errors/mod.ts";
import { openSystem } from "../ffi/system/system.ts";
import { EXIT, exitCodeOf } from "./exit.ts";
import { printError } from "./output.ts";
import { readFrom } from "./standard_input.ts";

/** As {@link readFrom}, but opens the system itself. */
export function readInput(path: string): Uint8Array<ArrayBuffer> {
  using system = openSystem();
  return readFrom(system, path);
}

/**
 * Prints one line about an error with the file at `path`.
 *
 * @returns the exit code: 127 no such file; 126 a file that cannot be read or has another format; 125 the host failed; 1 a file
 * that lacks a requested part.
 * @throws errors of other kinds, unchanged.
 */
export function explainInput(path: string, error: unknown): number {
  if (error instanceof MissingTypeError) {
    printError(error.message);
    return EXIT.FAILED;
  }
  if (error instanceof FormatError) {
    // These two formats are of the whole file, all others of a part.
    const part = error.format === "ELF" || error.format === "file" ? "" : `${error.format}: `;
    printError(`Cannot parse "${path}": ${part}${error.problem}`);
  } else if (error instanceof BpfError) {
    printError(error.message);
  } else {
    throw error;
  }
  return exitCodeOf(error);
}
