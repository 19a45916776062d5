/**
 * The opened library.
 *
 * @module
 */

import type { LibraryOrigin } from "../../system/library.ts";
import type { LibbpfCalls } from "./calls.ts";
import type { DescribedMap } from "./map.ts";
import type { BpfObject, OpenObjectOptions } from "./object.ts";

/** An open libbpf. Everything made from it must be disposed before it. */
export interface Libbpf extends Disposable {
  /** libbpf's version: "v1.5". */
  readonly version: string;
  /** The argument of `dlopen`. */
  readonly path: string;
  /** The place in which the library was found. */
  readonly origin: LibraryOrigin;
  /** True for this project's own build, which has the patches of `scripts/patches/`. */
  readonly isPatched: boolean;
  /** The number of possible CPUs of this machine, which is the number of values in an element of a per-CPU map. */
  readonly possibleCpus: number;

  /** Calls of functions by name, for guests that import them. */
  readonly calls: LibbpfCalls;

  /**
   * Parses an ELF object. The kernel is not involved yet.
   *
   * @throws {BpfError} with libbpf's reason.
   */
  openObject(bytes: Uint8Array<ArrayBuffer>, options?: OpenObjectOptions): BpfObject;

  /** The map that this descriptor names. The caller owns the descriptor. @throws {BpfError} EINVAL if it names none. */
  mapOf(fd: number): DescribedMap;

  /**
   * Opens the native function behind the element calls of {@link BpfMap}. A WebAssembly module can import it, so that its calls do
   * not enter JavaScript. Undefined for a libbpf without the shim.
   */
  openMapCall(): MapCall | undefined;
}

/**
 * `(i32, i32, i64, i64, i64) -> i32`: makes a command of bpf(2) on an element of map `fd`. `key` and `value` (or the next key) are
 * addresses, or 0 for NULL. The caller has checked them.
 *
 * @returns 0 or a negative errno.
 */
export type MapCall = (command: number, fd: number, key: bigint, value: bigint, flags: bigint) => number;
