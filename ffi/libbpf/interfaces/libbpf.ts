/**
 * The opened library.
 *
 * @module
 */

import type { LibraryOrigin } from "../../system/library.ts";
import type { BpfObject, OpenObjectOptions } from "./object.ts";

/** libbpf, opened. Everything made from it must be disposed before it. */
export interface Libbpf extends Disposable {
  /** libbpf's version: "v1.5". */
  readonly version: string;
  readonly path: string;
  readonly origin: LibraryOrigin;
  /** True for this project's own build, which has the patches of `scripts/patches/`. */
  readonly isPatched: boolean;
  /** The number of possible CPUs of this machine, which is the number of values in an element of a per-CPU map. */
  readonly possibleCpus: number;

  /**
   * Parses an ELF object. Nothing reaches the kernel yet.
   *
   * @throws {BpfError} what libbpf said of it.
   */
  openObject(bytes: Uint8Array<ArrayBuffer>, options?: OpenObjectOptions): BpfObject;

  /**
   * Opens what the element calls of {@link BpfMap} come down to, for a WebAssembly module to import, so that its calls need not
   * enter JavaScript; undefined for a libbpf without the shim.
   */
  openMapElement(): MapElement | undefined;
}

/**
 * `(i32, i32, i64, i32, i32, i32) -> i32`: one of bpf(2)'s commands on an element of map `fd`. `key` and `value` (or the next
 * key) are offsets into the memory at the address `memory`, or -1 for NULL; the caller has checked them.
 *
 * @returns 0 or a negative errno.
 */
export type MapElement = (
  command: number,
  fd: number,
  memory: bigint,
  key: number,
  value: number,
  flags: number,
) => number;
