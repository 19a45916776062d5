/**
 * Delivers events from the kernel's buffers to a guest's callback. See {@link EventBuffer}.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { describeMapType } from "../../object/map_rules.ts";
import { MapType, type SystemCalls } from "../../ffi/mod.ts";
import { EpollSet } from "../../ffi/system/epoll.ts";
import { PerfBuffers } from "../../ffi/libbpf/perf_buffer.ts";
import { RingBuffer, ringBufferBytes } from "../../ffi/libbpf/ring_buffer.ts";
import {
  type BufferMap,
  type BufferOpener,
  type EventReceiver,
  type GuestEvents,
  openBufferOperation,
} from "../core/event_buffers.ts";
import { fixedMemory } from "./fixed_memory.ts";
import { instantiatePump, PERF_NOTES_BYTES, type Pump } from "./pump.ts";
import { PerCpuBuffers } from "./perf_buffers.ts";
import { RingBuffers } from "./ring_buffers.ts";
import { UserRing } from "./user_ring.ts";
import { deliverAfterWait } from "./wait.ts";

/** Options of {@link EventBuffer.open}. */
export interface EventBufferOptions {
  /** A descriptor (an eventfd) that ends every wait with -EINTR while it is readable. The caller closes it. */
  wakeFd?: number | undefined;
  /** Bytes of data in each CPU's perf buffer: a power of two, at least a page. A ring buffer takes its size from the map. */
  perfBufferBytes?: number | undefined;
}

/** 64 pages of 4 KiB, the size that libbpf's own tools use. */
const PERF_BUFFER_BYTES = 64 * 4096;

/**
 * The buffer of a ring-buffer or perf-event-array map, open for one guest.
 *
 * Disposal ends delivery and unmaps the buffer. Its own callback may dispose it.
 */
export class EventBuffer implements GuestEvents {
  readonly #source: Source;
  readonly #epoll: EpollSet;
  #polling = false;
  #disposed = false;

  private constructor(source: Source, epoll: EpollSet) {
    this.#source = source;
    this.#epoll = epoll;
  }

  /**
   * Maps the buffer of `map`.
   *
   * The map may be closed before the buffer, because the mapping keeps its pages alive.
   *
   * @throws {BpfError} EINVAL when `map` has another type; E2BIG when it is larger than 1 GiB; the errno of
   * `perf_event_open`, `mmap` or epoll.
   * @throws {GuestError} when the table does not hold functions.
   */
  static open(calls: SystemCalls, map: BufferMap, guest: EventReceiver, options: EventBufferOptions = {}): EventBuffer {
    using stack = new DisposableStack();
    const epoll = stack.use(new EpollSet(calls, options.wakeFd));
    const buffer = new EventBuffer(openSource(calls, map, guest, { ...options, epoll }), epoll);
    stack.move();
    return buffer;
  }

  /** The number of records that the kernel dropped because perf buffers were full, up to the last delivery. 0 for a ring. */
  get lost(): number {
    return this.#source.lost();
  }

  get dataBytes(): number {
    return this.#source.dataBytes;
  }

  get highWaterBytes(): number {
    return this.#source.highWaterBytes();
  }

  /**
   * Delivers all available records, or waits for the first if there is none. It copies each record to `data` and calls
   * `callback(context, data, size)`.
   *
   * The callback returns nothing or a number. A negative number ends the poll. A trap or the guest's exit propagates to the
   * caller; the record counts as delivered.
   *
   * @param callback index in the guest's table of a function `(i32, i32, i32) -> i32` or `(i32, i32, i32) -> ()`.
   * @param maxSize the number of bytes of a record that reach the guest at most. Longer records are cut.
   * @param timeoutMs 0 does not wait, a negative number waits forever.
   * @returns the number of delivered records, of those that were available when delivery began; 0 on time-out; the callback's
   * negative number; -EINVAL when `callback` is no such function; -EFAULT when `maxSize` bytes at `data` are not in the guest's
   * memory; -EBUSY when this buffer's own callback calls; -EINTR when the wake descriptor ended the wait.
   * @throws {TypeError} when the buffer is closed.
   */
  poll(callback: number, context: number, data: number, maxSize: number, timeoutMs: number): number {
    if (this.#disposed) throw new TypeError("Cannot poll the event buffer: it is closed");
    if (this.#polling) return -LINUX_ERRNO.EBUSY;
    this.#polling = true;
    try {
      const result = this.#source.consume(callback, context, data, maxSize);
      if (result !== 0 || timeoutMs === 0) return result;
      return deliverAfterWait(timeoutMs, {
        pending: () => this.#source.pending(),
        wait: (rest) => this.#epoll.wait(rest),
        consume: () => this.#source.consume(callback, context, data, maxSize),
      });
    } finally {
      this.#polling = false;
    }
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // A callback may call this. The pump then ends when the callback returns, and reads zeros where the kernel's pages were.
    this.#source.stop();
    this.#source[Symbol.dispose]();
    this.#epoll[Symbol.dispose]();
  }
}

/** Options of {@link bufferOpener}. */
export interface BufferOpenerOptions {
  /** Returns a descriptor as {@link EventBufferOptions.wakeFd}. */
  wakeFd?: () => number | undefined;
  /** Returns the bytes of each CPU's perf buffer of a map; undefined for the size that the guest gives. */
  perfBufferBytes?: (mapName: string) => number | undefined;
}

/** Opens the buffers of version 2 of the ABI. */
export function bufferOpener(
  calls: SystemCalls,
  { wakeFd = () => undefined, perfBufferBytes = () => undefined }: BufferOpenerOptions = {},
): BufferOpener {
  return {
    rings: (receiver) => new RingBuffers(calls, receiver, { wakeFd: wakeFd() }),
    perf: (map, receiver, options) => {
      const bytes = perfBufferBytes(map.name);
      const pages = bytes === undefined ? options.pages : bytes / calls.pageSizeBytes;
      return new PerCpuBuffers(calls, map, receiver, { ...options, pages, wakeFd: wakeFd() });
    },
    userRing: (map) => new UserRing(calls, map, { wakeFd: wakeFd() }),
  };
}

function openSource(calls: SystemCalls, map: BufferMap, guest: EventReceiver, options: SourceOptions): Source {
  switch (map.type) {
    case MapType.RINGBUF:
      return new RingSource(calls, map, guest, options);
    case MapType.PERF_EVENT_ARRAY:
      return new PerfSource(calls, map, guest, options);
    default:
      throw new BpfError(openBufferOperation(map.name), LINUX_ERRNO.EINVAL, {
        reason: `it is ${describeMapType(map.type)}, and only ring buffers and perf event arrays have events`,
      });
  }
}

type SourceOptions = EventBufferOptions & { epoll: EpollSet };

/** The pages of a buffer and the pump that reads them. */
interface Source extends Disposable {
  /** Delivers the available records; see {@link EventBuffer.poll}. */
  consume(callback: number, context: number, data: number, maxSize: number): number;
  /** True when records are available; see {@link Waitable.pending}. */
  pending(): boolean;
  /** The number of records that the kernel dropped. */
  lost(): number;
  /** See {@link BufferLevels}. */
  readonly dataBytes: number;
  highWaterBytes(): number;
  /** Ends the running delivery, and prevents later ones. */
  stop(): void;
}

class RingSource implements Source {
  readonly dataBytes: number;
  readonly #ring: RingBuffer;
  readonly #pump: Pump;

  constructor(calls: SystemCalls, map: BufferMap, guest: EventReceiver, options: SourceOptions) {
    const { memory, buffer } = fixedMemory(ringBufferBytes(calls, map.maxEntries), { mapName: map.name });
    this.dataBytes = map.maxEntries;
    const layout = { pageSizeBytes: calls.pageSizeBytes, dataBytes: map.maxEntries };
    this.#pump = instantiatePump(memory, layout, guest);
    this.#ring = new RingBuffer(calls, map, { buffer, epoll: options.epoll });
  }

  consume(callback: number, context: number, data: number, maxSize: number): number {
    return this.#pump.ring_consume(callback, context, data, maxSize);
  }

  pending(): boolean {
    return this.#pump.ring_pending() !== 0;
  }

  lost(): number {
    return 0;
  }

  highWaterBytes(): number {
    return this.#pump.high_water();
  }

  stop(): void {
    this.#pump.stop();
  }

  [Symbol.dispose](): void {
    this.#ring[Symbol.dispose]();
  }
}

class PerfSource implements Source {
  readonly dataBytes: number;
  readonly #buffers: PerfBuffers;
  readonly #pump: Pump;

  constructor(calls: SystemCalls, map: BufferMap, guest: EventReceiver, options: SourceOptions) {
    const { perfBufferBytes: dataBytes = PERF_BUFFER_BYTES, epoll } = options;
    const pageSizeBytes = calls.pageSizeBytes;
    if (dataBytes < pageSizeBytes || (dataBytes & (dataBytes - 1)) !== 0) {
      throw new RangeError(
        `Cannot make a perf buffer of ${dataBytes} bytes: not a power of two of at least ${pageSizeBytes}`,
      );
    }
    this.dataBytes = dataBytes;
    using stack = new DisposableStack();
    const buffers = stack.use(new PerfBuffers(calls, map, { epoll }));
    const count = buffers.count;
    const start = Math.ceil(count * PERF_NOTES_BYTES / pageSizeBytes) * pageSizeBytes;
    const { memory, buffer } = fixedMemory(start + count * (pageSizeBytes + dataBytes), { mapName: map.name });
    this.#pump = instantiatePump(memory, { pageSizeBytes, dataBytes, perf: { start, count } }, guest);
    buffers.map({ buffer, start, dataBytes });
    this.#buffers = buffers;
    stack.move();
  }

  consume(callback: number, context: number, data: number, maxSize: number): number {
    return this.#pump.perf_consume(callback, context, data, maxSize);
  }

  pending(): boolean {
    return this.#pump.perf_pending() !== 0;
  }

  lost(): number {
    return this.#pump.lost();
  }

  highWaterBytes(): number {
    return this.#pump.high_water();
  }

  stop(): void {
    this.#pump.stop();
  }

  [Symbol.dispose](): void {
    this.#buffers[Symbol.dispose]();
  }
}
