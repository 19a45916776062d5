/**
 * Several buffers that wait together, as libbpf's `ring_buffer__add` has them.
 *
 * @module
 */

import { EpollSet } from "../../ffi/system/epoll.ts";
import type { Libc } from "../../ffi/mod.ts";
import { type BufferMap, EventBuffer, type EventBufferOptions, type PumpGuest } from "./mod.ts";
import { deliverAfterWait } from "./wait.ts";

/** The receiver of one buffer's records; see {@link EventBuffer.poll}. */
export interface Delivery {
  readonly callback: number;
  readonly context: number;
  readonly data: number;
  readonly maxSize: number;
}

/**
 * Buffers with one epoll set: a wait for all of them is one system call, and a wakeup one return of it, however many there are.
 *
 * Disposing it closes them all.
 */
export class EventBufferSet implements Disposable {
  readonly #libc: Libc;
  readonly #epoll: EpollSet;
  readonly #buffers: { buffer: EventBuffer; delivery: Delivery }[] = [];

  /** @param options.wakeFd see {@link EventBufferOptions.wakeFd}. @throws {BpfError} what epoll said. */
  constructor(libc: Libc, options: Pick<EventBufferOptions, "wakeFd"> = {}) {
    this.#libc = libc;
    this.#epoll = new EpollSet(libc, options.wakeFd);
  }

  /**
   * Opens the buffer of `map`; what comes in it is delivered as `delivery` says. The set closes it.
   *
   * @throws see {@link EventBuffer.open}.
   */
  add(map: BufferMap, guest: PumpGuest, delivery: Delivery): EventBuffer {
    const buffer = EventBuffer.open(this.#libc, map, guest, { epoll: this.#epoll });
    this.#buffers.push({ buffer, delivery });
    return buffer;
  }

  /**
   * Delivers what is in the buffers, one after the other; waits when there is nothing in any.
   *
   * @param timeoutMs 0 does not wait, a negative number waits for ever.
   * @returns how many records were delivered; 0 on time-out; the negative number that ended it, see {@link EventBuffer.poll}.
   */
  poll(timeoutMs: number): number {
    const result = this.#consume();
    if (result !== 0 || timeoutMs === 0) return result;
    return deliverAfterWait(this.#epoll, timeoutMs, {
      pending: () => this.#buffers.some(({ buffer }) => buffer.pending),
      consume: () => this.#consume(),
    });
  }

  #consume(): number {
    let count = 0;
    for (const { buffer, delivery } of this.#buffers) {
      if (buffer.disposed) continue;
      const { callback, context, data, maxSize } = delivery;
      const result = buffer.poll(callback, context, data, maxSize, 0);
      if (result < 0) return result;
      count += result;
    }
    return count;
  }

  [Symbol.dispose](): void {
    for (const { buffer } of this.#buffers.splice(0)) buffer[Symbol.dispose]();
    this.#epoll[Symbol.dispose]();
  }
}
