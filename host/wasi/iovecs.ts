/**
 * The guest's scatter and gather lists.
 *
 * @module
 */

import { MAX_RANGES, type Ranges } from "../../ffi/system/files.ts";
import { type GuestMemory, guestPtr } from "../core/memory.ts";
import { refuse } from "./context.ts";

const IOVEC_SIZE = 8;

/** Reads and checks lists; one list at a time, since all share one array. */
export class RangeReader {
  readonly #pairs = new Uint32Array(MAX_RANGES * 2);

  /**
   * The `count` iovecs (address, length) at `list`, all of them inside memory. EINVAL when there are more than Linux accepts.
   *
   * Empty ones are omitted: wasi-libc passes one with each unbuffered text. The system call then is the plain `write` of a native
   * program, which BPF programs may trace.
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
