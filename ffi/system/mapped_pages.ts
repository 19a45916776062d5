/**
 * The kernel's pages over a buffer of ours.
 *
 * The buffer must be the memory of trusted WebAssembly code, of fixed size: growing a memory with read-only pages in it would
 * end the process, and so would a store to one.
 *
 * @module
 */

import { BpfError } from "../../errors/mod.ts";
import { mapFresh, mapMemory, MMAP } from "./memory_map.ts";
import { address, addressOf } from "./pointers.ts";
import type { SystemCalls } from "./system_calls.ts";

/** A stretch of `buffer` with mappings over it. Disposing puts fresh zero pages in their place, so that nothing keeps the map alive. */
export class MappedPages implements Disposable {
  readonly #calls: SystemCalls;
  // Keeps the memory from being collected, and with it the address range from being used for something else.
  readonly #buffer: ArrayBuffer;
  readonly #base: number;
  #disposed = false;

  constructor(calls: SystemCalls, buffer: ArrayBuffer) {
    this.#calls = calls;
    this.#buffer = buffer;
    this.#base = addressOf(buffer);
  }

  /**
   * Maps `sizeBytes` bytes of `fd` from `offset` at `at` in the buffer, shared with the kernel.
   *
   * @param at bytes, a multiple of the page size, as are `sizeBytes` and `offset`.
   * @throws {BpfError} what `mmap` said; EINVAL when the range is not in the buffer.
   */
  map(noun: string, fd: number, range: { at: number; sizeBytes: number; offset: number; writable: boolean }): void {
    const { at, sizeBytes, offset, writable } = range;
    // A range past the buffer would replace whatever else lies there.
    if (at > this.#buffer.byteLength - sizeBytes) throw new BpfError(`Cannot map ${noun}`, 22);
    const protection = MMAP.PROT_READ | (writable ? MMAP.PROT_WRITE : 0);
    const flags = MMAP.SHARED | MMAP.FIXED;
    const result = mapMemory(this.#calls, address(this.#base + at), sizeBytes, { protection, flags, fd, offset });
    if (result < 0) throw new BpfError(`Cannot map ${noun}`, result);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    mapFresh(this.#calls, address(this.#base), this.#buffer.byteLength);
  }
}
