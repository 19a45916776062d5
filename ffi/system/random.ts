/**
 * Random bytes.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors/mod.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

/** The most that Linux gives in one call: INT_MAX >> 6. */
const MAX_BYTES = 0x1ff_ffff;

/** Fills `bytes` with random bytes. @returns the number of filled bytes (less than 32 MiB), or a negative errno. */
export function fillRandom(calls: SystemCalls, bytes: Uint8Array<ArrayBuffer>): number {
  const size = Math.min(bytes.length, MAX_BYTES);
  for (;;) {
    const result = calls.result(calls.symbols.getrandom(NUMBER.getrandom, bytes, size, 0));
    if (result !== -LINUX_ERRNO.EINTR) return result;
  }
}
