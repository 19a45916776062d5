/**
 * The output of the command line itself. The guest's output goes directly to its descriptors.
 *
 * @module
 */

import { printable } from "../errors/mod.ts";

/**
 * Writes all of `output`, a text or chunks of one, to stdout. Continues after partial writes.
 *
 * @returns the exit code: 0; 0 too when the reader has gone (`| head`); 1 when it could not be written, with a line on stderr.
 */
export function writeOutput(output: string | Iterable<Uint8Array>): number {
  const chunks = typeof output === "string" ? [new TextEncoder().encode(output)] : output;
  try {
    for (const chunk of chunks) writeAll(Deno.stdout, chunk);
    return 0;
  } catch (error) {
    if (error instanceof Deno.errors.BrokenPipe) return 0;
    printError(`Cannot write standard output: ${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
}

/** A longer line keeps its beginning, which names the operation, and its end, which has the hint. */
const MAX_LINE = 4096;
const KEPT_END = 512;

/** One line on stderr, whatever a guest has put into its names. */
export function printError(message: string): void {
  try {
    const line = shortened(printable(message.replace(/[\t\n\r]+/g, " ")));
    writeAll(Deno.stderr, new TextEncoder().encode(`wasm-bpf: ${line}\n`));
  } catch {
    // There is nobody left to tell.
  }
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
