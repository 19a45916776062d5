/**
 * The error for bytes in the wrong format.
 *
 * @module
 */

import { printable } from "./printable.ts";

/**
 * Bytes in the wrong format: an ELF object, BTF, or a WebAssembly module that cannot be parsed.
 *
 * The message reads "Cannot parse ELF: <problem>".
 */
export class FormatError extends Error {
  override readonly name = "FormatError";
  /** The expected format: "ELF", "BTF". */
  readonly format: string;
  readonly problem: string;

  constructor(format: string, problem: string, options?: ErrorOptions) {
    // The message may quote names from the untrusted bytes.
    const text = printable(problem);
    super(`Cannot parse ${format}: ${text}`, options);
    this.format = format;
    this.problem = text;
  }
}
