/**
 * Waits for records.
 *
 * @module
 */

import { wasiErrno } from "../../errors/mod.ts";

/** A buffer that a poll waits for. */
export interface Waitable {
  /**
   * True when records are available, checked after a full barrier. Without the barrier, the kernel might miss that it must wake this
   * process; see pump.wat.
   */
  pending(): boolean;
  /** Waits as `EpollSet.wait()` does. @returns 1, 0 on time-out, or the negative number that the poll then returns. */
  wait(timeoutMs: number): number;
  /** Delivers the available records. @returns their number, or the negative number that ended delivery. Never 0 after a callback. */
  consume(): number;
}

/**
 * Waits until `buffer` has records, and delivers them. Call it when the buffer had none.
 *
 * @param timeoutMs a negative number waits forever.
 * @returns the result of `consume`; 0 on time-out; the negative result of `wait`.
 */
export function deliverAfterWait(timeoutMs: number, buffer: Waitable): number {
  const forever = timeoutMs < 0;
  const deadline = performance.now() + timeoutMs;
  let rest = forever ? -1 : timeoutMs;
  for (;;) {
    const woken = buffer.pending() ? 1 : buffer.wait(rest);
    if (woken < 0) return woken;
    const result = buffer.consume();
    // After a callback, the result is not 0. A callback may have closed the buffer and the set, so return at once.
    if (result !== 0 || woken === 0) return result;
    // The kernel discarded the record, or woke this process for one that was delivered before. Wait for the remaining time.
    if (forever) continue;
    rest = Math.ceil(deadline - performance.now());
    if (rest <= 0) return 0;
  }
}

/** The result of a wait for version 2 of the ABI: a negative errno becomes WASI's. */
export function waitResult(result: number): number {
  return result < 0 ? -wasiErrno(-result) : result;
}
