/**
 * Memory mappings.
 *
 * @module
 */

import { MMAP } from "./linux_numbers.ts";
import { type Address, address } from "./pointers.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

/** Options of {@link mapMemory}. */
export interface MapOptions {
  /** `MMAP.PROT_*` */
  readonly protection: number;
  /** The other flags of {@link MMAP}. */
  readonly flags: number;
  /** The file to map; absent for anonymous memory. */
  readonly fd?: number;
  /** The offset in the file in bytes, a multiple of the page size; 0 by default. */
  readonly offset?: number;
}

/** Maps `sizeBytes` bytes at `at`, or anywhere for the null address. @returns the address, or a negative errno. */
export function mapMemory(calls: SystemCalls, at: Address, sizeBytes: number, options: MapOptions): number {
  const { protection, flags, fd = -1, offset = 0 } = options;
  const result = Number(
    calls.symbols.mmap(NUMBER.mmap, at, address(sizeBytes), protection, flags, fd, address(offset)),
  );
  return result === -1 ? calls.result(-1) : result;
}

/** Replaces the mappings at `at` with fresh zero pages of this process. @returns as {@link mapMemory}. */
export function mapFresh(calls: SystemCalls, at: Address, sizeBytes: number): number {
  const flags = MMAP.PRIVATE | MMAP.ANONYMOUS | MMAP.FIXED;
  return mapMemory(calls, at, sizeBytes, { protection: MMAP.PROT_READ | MMAP.PROT_WRITE, flags });
}

/** Removes the mappings of a range. @returns 0 or a negative errno. */
export function unmapMemory(calls: SystemCalls, at: Address, sizeBytes: number): number {
  return calls.result(calls.symbols.munmap(NUMBER.munmap, at, address(sizeBytes)));
}
