/**
 * Random bytes.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors/mod.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

/** Fills `bytes` with random bytes. @returns the number of filled bytes (32 MiB at most), or a negative errno. */
export function fillRandom(calls: SystemCalls, bytes: Uint8Array<ArrayBuffer>): number {
  for (;;) {
    const result = calls.result(calls.symbols.getrandom(NUMBER.getrandom, bytes, bytes.length, 0));
    if (result !== -LINUX_ERRNO.EINTR) return result;
  }
}
