/**
 * Waits for records.
 *
 * @module
 */

import type { EpollSet } from "../../ffi/system/epoll.ts";

/** A buffer that a poll waits for. */
export interface Waitable {
  /**
   * True when records are available, checked after a full barrier. Without the barrier, the kernel might miss that it must wake this
   * process; see pump.wat.
   */
  pending(): boolean;
  /** Delivers the available records. @returns their number, or the negative number that ended delivery. Never 0 after a callback. */
  consume(): number;
}

/**
 * Waits until `buffer` has records, and delivers them. Call it when the buffer had none.
 *
 * @param timeoutMs a negative number waits forever.
 * @returns the result of `consume`; 0 on time-out; -EINTR when the set's wake descriptor ended the wait.
 */
export function deliverAfterWait(epoll: EpollSet, timeoutMs: number, buffer: Waitable): number {
  const forever = timeoutMs < 0;
  const deadline = performance.now() + timeoutMs;
  let rest = forever ? -1 : timeoutMs;
  for (;;) {
    const woken = buffer.pending() ? 1 : epoll.wait(rest);
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
