/**
 * The guest's lists of buffers for one read or write.
 *
 * @module
 */

import { MAX_RANGES, type Ranges } from "../../ffi/system/files.ts";
import { type GuestMemory, guestPtr } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";

const IOVEC_SIZE = 8;

/** Reads and checks lists. All results share one array, so each is valid until the next call. */
export class RangeReader {
  readonly #pairs = new Uint32Array(MAX_RANGES * 2);

  /**
   * Reads `count` iovecs (address, length) at `list`, and checks that all lie in memory. Refuses with EINVAL more than Linux accepts.
   *
   * Empty iovecs are omitted. wasi-libc passes one with each unbuffered text; without it, the system call is `write`, as in a native
   * program, and BPF programs may trace it.
   */
  read(memory: GuestMemory, list: number, count: number): Ranges {
    const length = count >>> 0;
    if (length > MAX_RANGES) refuse("EINVAL");
    const start = guestPtr(list);
    memory.check(start, length * IOVEC_SIZE);
    const { data, buffer } = memory;
    const pairs = this.#pairs;
    let kept = 0;
    for (let index = 0; index < length; index++) {
      const at = start + index * IOVEC_SIZE;
      const offset = data.getUint32(at, true);
      const size = data.getUint32(at + 4, true);
      memory.check(guestPtr(offset), size);
      if (size === 0) continue;
      pairs[kept * 2] = offset;
      pairs[kept * 2 + 1] = size;
      kept++;
    }
    return { buffer, pairs, count: kept };
  }
}
