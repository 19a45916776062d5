/**
 * The output of the command line itself. The guest's output goes directly to its descriptors.
 *
 * @module
 */

import { printable } from "../errors/mod.ts";
import { EXIT } from "./exit.ts";

/**
 * Writes all of `output`, a text or chunks of one, to stdout. Continues after partial writes.
 *
 * @returns the exit code: 0, also when the reader has gone (`| head`); FAILED when stdout could not be written, with a line on
 * stderr.
 */
export function writeOutput(output: string | Iterable<Uint8Array>): number {
  const chunks = typeof output === "string" ? [new TextEncoder().encode(output)] : output;
  try {
    for (const chunk of chunks) writeAll(Deno.stdout, chunk);
    return 0;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    printError(`Cannot write standard output: ${error instanceof Error ? error.message : String(error)}`);
    return EXIT.FAILED;
  }
}

/** A longer line keeps its beginning, which names the operation, and its end, which has the hint. */
const MAX_LINE = 4096;
const KEPT_END = 512;

/** Writes one line to stderr. Hidden characters are escaped, since messages contain names from guests and files. */
export function printError(message: string): void {
  try {
    const line = shortened(printable(message.replace(/[\t\n\r]+/g, " ")));
    writeAll(Deno.stderr, new TextEncoder().encode(`wasm-bpf: ${line}\n`));
  } catch {
    // stderr itself failed, so nothing can report this.
  }
}

/** Writes each line of `text` to stderr. */
export function printLines(text: string): void {
  for (const line of text.split("\n")) printError(line);
}

function shortened(line: string): string {
  if (line.length <= MAX_LINE) return line;
  const leftOut = `... (${line.length - MAX_LINE} characters left out) ...`;
  return line.slice(0, MAX_LINE - KEPT_END) + leftOut + line.slice(-KEPT_END);
}

function writeAll(stream: { writeSync(bytes: Uint8Array): number }, bytes: Uint8Array): void {
  let rest = bytes;
  while (rest.length > 0) rest = rest.subarray(stream.writeSync(rest));
}
