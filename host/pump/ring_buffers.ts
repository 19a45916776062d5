/**
 * Ring buffers of version 2 of the ABI.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, WASI_ERRNO } from "../../errors/mod.ts";
import { RingBuffer, ringBufferBytes } from "../../ffi/libbpf/ring_buffer.ts";
import { MapType, type SystemCalls } from "../../ffi/mod.ts";
import { EpollSet, ReadableSet } from "../../ffi/system/epoll.ts";
import {
  type BufferMap,
  type EventReceiver,
  type GuestCallback,
  type GuestRing,
  type GuestRings,
  openBufferOperation,
  type Room,
} from "../core/event_buffers.ts";
import { Deliveries } from "./deliveries.ts";
import { fixedMemory } from "./fixed_memory.ts";
import { BATCH_ROOM_BYTES, type BatchPump, instantiateBatchPump } from "./pump.ts";
import { deliverAfterWait, waitResult } from "./wait.ts";

/** The largest number of records that a delivery reports. */
const NO_LIMIT = 2 ** 31 - 1;

/** Options of {@link RingBuffers}. */
export interface RingBuffersOptions {
  /** A descriptor (an eventfd) that ends every wait with -EINTR while it is readable. The caller closes it. */
  readonly wakeFd?: number | undefined;
}

/** See {@link GuestRings}. */
export class RingBuffers implements GuestRings {
  readonly #calls: SystemCalls;
  readonly #guest: EventReceiver;
  readonly #epoll: EpollSet;
  readonly #rings: Ring[] = [];
  readonly #deliveries = new Deliveries();
  readonly #readable: ReadableSet;

  /** @throws {BpfError} */
  constructor(calls: SystemCalls, guest: EventReceiver, options: RingBuffersOptions = {}) {
    this.#calls = calls;
    this.#guest = guest;
    using stack = new DisposableStack();
    this.#epoll = stack.use(new EpollSet(calls, options.wakeFd));
    // It gets each map at once: later, the guest may have closed the map, whose number then belongs to another file.
    this.#readable = new ReadableSet(calls);
    stack.move();
  }

  get rings(): readonly Ring[] {
    return this.#rings;
  }

  get epollFd(): number {
    return this.#readable.fd;
  }

  get roomBytes(): number {
    return Math.max(BATCH_ROOM_BYTES, ...this.#rings.map((ring) => ring.lackingBytes));
  }

  add(map: BufferMap, callback: GuestCallback): Ring {
    const options = { epoll: this.#epoll, deliveries: this.#deliveries };
    const ring = new Ring(this.#calls, map, { guest: this.#guest, callback, ...options });
    this.#rings.push(ring);
    this.#readable.add(map.fd);
    return ring;
  }

  poll(room: Room, timeoutMs: number): number {
    return this.#deliveries.run(() => {
      const result = this.#consume(room, NO_LIMIT);
      if (result !== 0 || timeoutMs === 0) return result;
      return deliverAfterWait(timeoutMs, {
        pending: () => this.#rings.some((ring) => ring.pending()),
        wait: (rest) => waitResult(this.#epoll.wait(rest)),
        consume: () => this.#consume(room, NO_LIMIT),
      });
    });
  }

  consume(room: Room, limit: number): number {
    return this.#deliveries.run(() => this.#consume(room, limit));
  }

  #consume(room: Room, limit: number): number {
    let delivered = 0;
    for (const ring of this.#rings) {
      if (this.#deliveries.isStopped || delivered >= limit) break;
      const result = ring.deliver(room, limit - delivered);
      if (result === -WASI_ERRNO.EMSGSIZE && ring.lackingBytes > 0 && delivered > 0) break;
      if (result < 0) return result;
      delivered += result;
    }
    return delivered;
  }

  [Symbol.dispose](): void {
    if (!this.#deliveries.stop()) return;
    for (const ring of this.#rings) ring[Symbol.dispose]();
    this.#readable[Symbol.dispose]();
    this.#epoll[Symbol.dispose]();
  }
}

/** Options of {@link Ring}. */
interface RingOptions {
  readonly guest: EventReceiver;
  readonly callback: GuestCallback;
  /** Gets the map's descriptor. */
  readonly epoll: EpollSet;
  /** Those of the whole buffer. */
  readonly deliveries: Deliveries;
}

/** One ring, with a pump of its own. */
class Ring implements GuestRing, Disposable {
  readonly dataBytes: number;
  readonly #ring: RingBuffer;
  readonly #pump: BatchPump;
  readonly #callback: GuestCallback;
  readonly #deliveries: Deliveries;
  readonly #consumer: BigUint64Array;
  readonly #producer: BigUint64Array;

  /** @throws {BpfError} as `EventBuffer.open()`. */
  constructor(calls: SystemCalls, map: BufferMap, options: RingOptions) {
    const { guest, callback, epoll, deliveries } = options;
    if (map.type !== MapType.RINGBUF) {
      throw new BpfError(openBufferOperation(map.name), LINUX_ERRNO.EINVAL, { reason: "it is not a ring buffer" });
    }
    const { pageSizeBytes } = calls;
    this.dataBytes = map.maxEntries;
    const { memory, buffer } = fixedMemory(ringBufferBytes(calls, map.maxEntries), {
      mapName: map.name,
      addressBits: guest.addressBits,
    });
    this.#pump = instantiateBatchPump(memory, { pageSizeBytes, dataBytes: map.maxEntries }, guest);
    this.#ring = new RingBuffer(calls, map, { buffer, epoll });
    this.#callback = callback;
    this.#deliveries = deliveries;
    this.#consumer = new BigUint64Array(buffer, 0, 1);
    this.#producer = new BigUint64Array(buffer, pageSizeBytes, 1);
  }

  get consumerPosition(): bigint {
    return Atomics.load(this.#consumer, 0);
  }

  get highWaterBytes(): number {
    return this.#pump.high_water();
  }

  get producerPosition(): bigint {
    return Atomics.load(this.#producer, 0);
  }

  /** The room for the next record, if the last delivery lacked it; else 0. */
  get lackingBytes(): number {
    return Number(this.#pump.lacking());
  }

  consume(room: Room, limit: number): number {
    return this.#deliveries.run(() => this.deliver(room, limit));
  }

  /** As {@link Ring.consume}, within a delivery. */
  deliver(room: Room, limit: number): number {
    if (limit === 0) return 0;
    const { index, context } = this.#callback;
    const result = this.#pump.ring_deliver(index, context, room.at, room.sizeBytes, limit);
    return result === 0 && this.lackingBytes > 0 ? -WASI_ERRNO.EMSGSIZE : result;
  }

  /** True when records are available; see {@link Waitable.pending}. */
  pending(): boolean {
    return this.#pump.ring_pending() !== 0;
  }

  [Symbol.dispose](): void {
    this.#pump.stop();
    this.#ring[Symbol.dispose]();
  }
}
