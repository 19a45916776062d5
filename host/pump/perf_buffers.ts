/**
 * Perf buffers of version 2 of the ABI.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, WASI_ERRNO } from "../../errors/mod.ts";
import { PerfBuffers } from "../../ffi/libbpf/perf_buffer.ts";
import { MapType, type SystemCalls } from "../../ffi/mod.ts";
import { EpollSet, ReadableSet } from "../../ffi/system/epoll.ts";
import {
  type BufferMap,
  type EventReceiver,
  type GuestPerf,
  openBufferOperation,
  type PerfCallbacks,
  type PerfOptions,
  type Room,
} from "../core/event_buffers.ts";
import { Deliveries } from "./deliveries.ts";
import { fixedMemory } from "./fixed_memory.ts";
import { BATCH_ROOM_BYTES, type BatchPump, instantiateBatchPump, PERF_NOTES_BYTES } from "./pump.ts";
import { deliverAfterWait, waitResult } from "./wait.ts";

/** Options of {@link PerCpuBuffers}. */
export interface PerCpuBuffersOptions extends PerfOptions {
  /** A descriptor (an eventfd) that ends every wait with -EINTR while it is readable. The caller closes it. */
  readonly wakeFd?: number | undefined;
}

/** The guest's memory and table, and the entries of the table to call. */
export type PerfReceiver = EventReceiver & { readonly callbacks: PerfCallbacks };

/** See {@link GuestPerf}. */
export class PerCpuBuffers implements GuestPerf {
  readonly fds: readonly number[];
  readonly dataBytes: number;
  readonly #calls: SystemCalls;
  readonly #callbacks: PerfCallbacks;
  readonly #epoll: EpollSet;
  readonly #buffers: PerfBuffers;
  readonly #pump: BatchPump;
  readonly #deliveries = new Deliveries();
  #readable: ReadableSet | undefined;
  #delivered = 0;

  /** @throws {BpfError} EINVAL when `map` has another type, or for a number of pages that is no power of two; as `EventBuffer.open()`. */
  constructor(calls: SystemCalls, map: BufferMap, guest: PerfReceiver, options: PerCpuBuffersOptions) {
    const { pages, wakeFd, event, cpus } = options;
    checkMap(map, pages);
    this.#calls = calls;
    this.#callbacks = guest.callbacks;
    using stack = new DisposableStack();
    this.#epoll = stack.use(new EpollSet(calls, wakeFd));
    this.#buffers = stack.use(new PerfBuffers(calls, map, { epoll: this.#epoll, event, cpus }));
    const { events } = this.#buffers;
    const { pageSizeBytes } = calls;
    const dataBytes = pages * pageSizeBytes;
    this.dataBytes = dataBytes;
    const start = Math.ceil(events.length * PERF_NOTES_BYTES / pageSizeBytes) * pageSizeBytes;
    const sizeBytes = start + events.length * (pageSizeBytes + dataBytes);
    const { memory, buffer } = fixedMemory(sizeBytes, { mapName: map.name, addressBits: guest.addressBits });
    const notes = new DataView(buffer);
    for (const [index, { cpu }] of events.entries()) notes.setUint32(index * PERF_NOTES_BYTES + 8, cpu, true);
    this.#pump = instantiateBatchPump(
      memory,
      { pageSizeBytes, dataBytes, perf: { start, count: events.length } },
      guest,
    );
    this.#buffers.map({ buffer, start, dataBytes });
    this.fds = events.map(({ fd }) => fd);
    stack.move();
  }

  get epollFd(): number {
    if (this.#readable === undefined) {
      this.#readable = new ReadableSet(this.#calls);
      for (const fd of this.fds) this.#readable.add(fd);
    }
    return this.#readable.fd;
  }

  get roomBytes(): number {
    return Math.max(BATCH_ROOM_BYTES, Number(this.#pump.lacking()));
  }

  get delivered(): number {
    return this.#delivered;
  }

  get highWaterBytes(): number {
    return this.#pump.high_water();
  }

  get lost(): number {
    return this.#pump.lost();
  }

  poll(room: Room, timeoutMs: number): number {
    return this.#deliveries.run(() => {
      const consume = () => this.#consume(room, 0, this.fds.length);
      const result = consume();
      if (result !== 0 || timeoutMs === 0) return result;
      return deliverAfterWait(timeoutMs, {
        pending: () => this.#pump.perf_pending() !== 0,
        wait: (rest) => waitResult(this.#epoll.wait(rest)),
        consume,
      });
    });
  }

  consume(room: Room, index?: number): number {
    const [first, last] = index === undefined ? [0, this.fds.length] : [index, index + 1];
    return this.#deliveries.run(() => this.#consume(room, first, last));
  }

  #consume(room: Room, first: number, last: number): number {
    const { sample, lost, event, context } = this.#callbacks;
    try {
      const result = this.#pump.perf_deliver(sample, lost, event, context, room.at, room.sizeBytes, first, last);
      return Number(this.#pump.lacking()) > 0 ? -WASI_ERRNO.EMSGSIZE : result;
    } finally {
      this.#delivered += this.#pump.delivered();
    }
  }

  [Symbol.dispose](): void {
    if (!this.#deliveries.stop()) return;
    this.#pump.stop();
    this.#buffers[Symbol.dispose]();
    this.#readable?.[Symbol.dispose]();
    this.#epoll[Symbol.dispose]();
  }
}

function checkMap(map: BufferMap, pages: number): void {
  const operation = openBufferOperation(map.name);
  if (map.type !== MapType.PERF_EVENT_ARRAY) {
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, { reason: "it is not a perf event array" });
  }
  if (!Number.isSafeInteger(Math.log2(pages))) {
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, { reason: `${pages} pages are not a power of two` });
  }
}
