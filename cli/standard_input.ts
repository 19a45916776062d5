/**
 * Reads standard input in place of a file that is named "-".
 *
 * @module
 */

import type { NativeSystem } from "../ffi/mod.ts";
import { UsageError } from "./usage_error.ts";

/**
 * The bytes of the file at `path`, or of standard input when that is "-".
 *
 * @throws {UsageError} when standard input is a terminal.
 * @throws {BpfError} ENOENT, EACCES, EISDIR ...
 */
export function readFrom(system: NativeSystem, path: string): Uint8Array<ArrayBuffer> {
  if (path !== "-") return system.readFile(path);
  if (Deno.stdin.isTerminal()) throw new UsageError("Cannot read standard input: it is a terminal");
  return system.readStandardInput();
}
