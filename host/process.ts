/**
 * What a command-line tool needs of the system besides running a guest, with `--allow-ffi` alone.
 *
 * @module
 */

import { Libc, openLibbpf, openLibrary } from "../ffi/mod.ts";

/** The bytes of the file at `path`. @throws {BpfError} ENOENT, EACCES, EISDIR ... */
export function readFile(path: string): Uint8Array<ArrayBuffer> {
  using library = openLibrary();
  using libc = new Libc(library);
  return libc.readFile(path);
}

/**
 * Lets a write to a closed pipe end this process, as it ends any Unix filter (`| head -1`). Deno ignores the signal, and a
 * guest that does not look at what `printf` returns would run on for ever.
 */
export function restoreBrokenPipeSignal(): void {
  using library = openLibrary();
  library.restoreBrokenPipeSignal();
}

/** libbpf's version and where it was found: "1.5 (built)". "not found" when there is none. */
export function libbpfVersion(): string {
  try {
    using libbpf = openLibbpf();
    return `${libbpf.version.replace(/^v/, "")} (${libbpf.origin})`;
  } catch {
    return "not found";
  }
}
