/**
 * Waiting for records when there are none.
 *
 * @module
 */

import type { EpollSet } from "../../ffi/system/epoll.ts";

/** The source of a wait: one buffer, or several. */
export interface Deliverer {
  /**
   * True when records are available, checked after a full barrier. Without the barrier, the kernel might miss that it must wake this
   * process; see pump.wat.
   */
  pending(): boolean;
  /** Delivers what is there. @returns how many records, or what ended it, negative. Never 0 after a callback. */
  consume(): number;
}

/**
 * Waits until `buffers` have something, and delivers it. Call it when they had nothing.
 *
 * @param timeoutMs a negative number waits for ever.
 * @returns what `consume` returned; 0 on time-out; -EINTR when the set's wake descriptor ended the wait.
 */
export function deliverAfterWait(epoll: EpollSet, timeoutMs: number, buffers: Deliverer): number {
  const forever = timeoutMs < 0;
  const deadline = performance.now() + timeoutMs;
  let rest = forever ? -1 : timeoutMs;
  for (;;) {
    const woken = buffers.pending() ? 1 : epoll.wait(rest);
    if (woken < 0) return woken;
    const result = buffers.consume();
    // Not 0 after a callback, which may have closed all that is used below.
    if (result !== 0 || woken === 0) return result;
    // Discarded records only, or a wakeup for what was delivered before it: wait for what time is left.
    if (forever) continue;
    rest = Math.ceil(deadline - performance.now());
    if (rest <= 0) return 0;
  }
}
