/**
 * Reading the files that people name on the command line.
 *
 * @module
 */

import { BpfError, FormatError, LINUX_ERRNO } from "../errors.ts";
import { Libc } from "../ffi/libc.ts";
import { openLibrary } from "../ffi/library.ts";

/**
 * The bytes of the file at `path`: with Deno's own call where that is allowed, otherwise through libc, so that `--allow-ffi`
 * alone is enough.
 *
 * @throws {BpfError} what the system said; ENOENT when there is no such file.
 */
export function readInput(path: string): Uint8Array<ArrayBuffer> {
  if (Deno.permissions.querySync({ name: "read", path }).state === "granted") return readWithDeno(path);
  using library = openLibrary();
  using libc = new Libc(library);
  return libc.readFile(path);
}

/** The one line for people about an error that a named file led to, and the exit code that goes with it. */
export function explainInput(path: string, error: unknown): { line: string; exitCode: number } {
  if (error instanceof BpfError) {
    const isMissing = error.errno === LINUX_ERRNO.ENOENT && error.operation.startsWith("Cannot read");
    return { line: error.message, exitCode: isMissing ? 127 : error.operation.startsWith("Cannot read") ? 126 : 125 };
  }
  if (error instanceof FormatError) {
    // "it" is the file itself, or the part of it that has a name.
    const part = error.format === "ELF" || error.format === "file" ? "" : `${error.format}: `;
    return { line: `Cannot parse "${path}": ${part}${error.problem}`, exitCode: 126 };
  }
  if (error instanceof RangeError || error instanceof TypeError) return { line: error.message, exitCode: 1 };
  throw error;
}

function readWithDeno(path: string): Uint8Array<ArrayBuffer> {
  try {
    return Deno.readFileSync(path);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code = "code" in error && typeof error.code === "string" ? error.code : "";
    const errno = Object.entries(LINUX_ERRNO).find(([name]) => name === code)?.[1];
    throw new BpfError(`Cannot read "${path}"`, errno ?? LINUX_ERRNO.EIO, { cause: error });
  }
}
