/**
 * Pages of the kernel, mapped over a buffer.
 *
 * The buffer must be the memory of trusted WebAssembly code and of fixed size. A memory that grows, or a store to it, would end the
 * process when the memory contains read-only pages.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import { MMAP } from "./linux_numbers.ts";
import { mapFresh, mapMemory } from "./memory_map.ts";
import { address, addressOf } from "./pointers.ts";
import type { SystemCalls } from "./system_calls.ts";

/** Mappings over a buffer. Disposing replaces them with fresh zero pages, so that they no longer keep the map alive. */
export class MappedPages implements Disposable {
  readonly #calls: SystemCalls;
  // While this reference exists, the memory is not collected, and its addresses are not used for other memory.
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
   * @throws {BpfError} with the errno of `mmap`; EINVAL when the range is not in the buffer.
   */
  map(
    operation: Operation,
    fd: number,
    range: { at: number; sizeBytes: number; offset: number; writable: boolean },
  ): void {
    const { at, sizeBytes, offset, writable } = range;
    // A range beyond the buffer would replace other memory.
    if (at > this.#buffer.byteLength - sizeBytes) throw new BpfError(operation, LINUX_ERRNO.EINVAL);
    const protection = MMAP.PROT_READ | (writable ? MMAP.PROT_WRITE : 0);
    const flags = MMAP.SHARED | MMAP.FIXED;
    const result = mapMemory(this.#calls, address(this.#base + at), sizeBytes, { protection, flags, fd, offset });
    if (result < 0) throw new BpfError(operation, result);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    mapFresh(this.#calls, address(this.#base), this.#buffer.byteLength);
  }
}
