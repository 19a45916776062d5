/**
 * The guest's lists of buffers for one read or write.
 *
 * @module
 */

import { MAX_RANGES, type Ranges } from "../../ffi/system/files.ts";
import type { GuestMemory, GuestPtr } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";

/** Reads and checks lists. All results share one array, so each is valid until the next call. */
export class RangeReader {
  readonly #pairs = new Float64Array(MAX_RANGES * 2);

  /**
   * Reads `count` iovecs (address, length) at `list`, and checks that all lie in memory. Refuses with EINVAL more than Linux accepts.
   *
   * Empty iovecs are omitted. wasi-libc passes one with each unbuffered text; without it, the system call is `write`, as in a native
   * program, and BPF programs may trace it.
   */
  read(memory: GuestMemory, list: GuestPtr, count: number): Ranges {
    if (count > MAX_RANGES) refuse("EINVAL");
    const { pointerBytes, buffer } = memory;
    memory.check(list, count * pointerBytes * 2);
    const pairs = this.#pairs;
    let kept = 0;
    for (let index = 0; index < count; index++) {
      const at = list + index * pointerBytes * 2;
      const offset = memory.readPointer(at);
      const size = memory.readPointer(at + pointerBytes);
      memory.check(offset, size);
      if (size === 0) continue;
      pairs[kept * 2] = offset;
      pairs[kept * 2 + 1] = size;
      kept++;
    }
    return { buffer, pairs, count: kept };
  }
}
