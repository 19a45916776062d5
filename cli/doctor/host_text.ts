/**
 * Files of the machine, as `wasm-bpf doctor` reads them.
 *
 * @module
 */

/** The machine's files. A file that cannot be read is undefined. */
export interface HostText {
  bytes(path: string): Uint8Array | undefined;
  /** The text without the line break at its end. */
  text(path: string): string | undefined;
  exists(path: string): boolean;
  /** The names in a directory; empty if it cannot be read. */
  list(path: string): readonly string[];
}
