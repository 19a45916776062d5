/**
 * Events, from the kernel's buffers to a guest's callback. See {@link EventBuffer}.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { mapTypeName } from "../../errors/map_rules.ts";
import { type BpfMap, type Libc, MapType } from "../../ffi/mod.ts";
import { EpollSet } from "../../ffi/system/epoll.ts";
import { PerfBuffers } from "../../ffi/libbpf/perf_buffer.ts";
import { RingBuffer, ringBufferBytes } from "../../ffi/libbpf/ring_buffer.ts";
import { WASM_PAGE_BYTES } from "../core/memory.ts";
import { instantiatePump, type Pump, type PumpGuest } from "./pump.ts";
import { deliverAfterWait } from "./wait.ts";

export { type PumpGuest, tableOf } from "./pump.ts";

/** The properties of its map that a buffer uses. */
export type BufferMap = Pick<BpfMap, "fd" | "name" | "type" | "maxEntries" | "update" | "delete">;

/** Options of {@link EventBuffer.open}. */
export interface EventBufferOptions {
  /** A descriptor (an eventfd) that ends every wait with -EINTR for as long as it is readable. The caller's to close. */
  wakeFd?: number | undefined;
  /** The caller's epoll set, for buffers that wait together. By default each buffer has its own set. */
  epoll?: EpollSet;
  /** Bytes of data in each CPU's perf buffer: a power of two, at least a page. Ring buffers have their size from the map. */
  perfBufferBytes?: number | undefined;
}

/** The size in libbpf's own tools: 64 pages of 4 KiB. */
const PERF_BUFFER_BYTES = 64 * 4096;

/** The largest WebAssembly memory: 4 GiB, in pages of 64 KiB. */
const MAX_WASM_PAGES = 65536;

/**
 * A ring-buffer or perf-event-array map, open for one guest. Disposing it, which its own callback may do, ends delivery and
 * unmaps it.
 */
export class EventBuffer implements Disposable {
  readonly #source: Source;
  readonly #epoll: EpollSet;
  readonly #ownsEpoll: boolean;
  #polling = false;
  #disposed = false;

  private constructor(source: Source, epoll: EpollSet, options: { ownsEpoll: boolean }) {
    this.#source = source;
    this.#epoll = epoll;
    this.#ownsEpoll = options.ownsEpoll;
  }

  /**
   * Maps the buffer of `map`.
   *
   * The map may be closed before the buffer: mapped memory keeps its pages alive.
   *
   * @throws {BpfError} EINVAL when `map` is neither kind; E2BIG when it is larger than 1 GiB; what `perf_event_open`, `mmap` or
   * epoll said.
   * @throws {GuestError} when the table is none of functions.
   */
  static open(libc: Libc, map: BufferMap, guest: PumpGuest, options: EventBufferOptions = {}): EventBuffer {
    using stack = new DisposableStack();
    const epoll = options.epoll ?? stack.use(new EpollSet(libc, options.wakeFd));
    const buffer = new EventBuffer(openSource(libc, map, guest, { ...options, epoll }), epoll, {
      ownsEpoll: options.epoll === undefined,
    });
    stack.move();
    return buffer;
  }

  /** The number of records that the kernel dropped because perf buffers were full, up to the last delivery. Always 0 for rings. */
  get lost(): number {
    return this.#source.lost();
  }

  /**
   * Delivers the records that are there, each copied to `data` and announced by `callback(context, data, size)`; waits when
   * there is none.
   *
   * The callback may return nothing, or a number, of which a negative one ends the poll. What it throws (a trap, the guest's
   * exit) is thrown here; the record it was given counts as delivered.
   *
   * @param callback index in the guest's table of a function `(i32, i32, i32) -> i32` or `(i32, i32, i32) -> ()`.
   * @param maxSize how many bytes of a record reach the guest at most.
   * @param timeoutMs 0 does not wait, a negative number waits for ever.
   * @returns how many records were delivered, of those that were there when delivery began; 0 on time-out; the callback's
   * negative number; -EINVAL for an unfit `callback`; -EFAULT when `maxSize` bytes at `data` are not in the guest's memory;
   * -EBUSY from this buffer's own callback; -EINTR when the wake descriptor ended the wait.
   */
  poll(callback: number, context: number, data: number, maxSize: number, timeoutMs: number): number {
    if (this.#disposed) throw new TypeError("Cannot poll the event buffer: it is closed");
    if (this.#polling) return -LINUX_ERRNO.EBUSY;
    this.#polling = true;
    try {
      const result = this.#source.consume(callback, context, data, maxSize);
      if (result !== 0 || timeoutMs === 0) return result;
      return deliverAfterWait(this.#epoll, timeoutMs, {
        pending: () => this.#source.pending(),
        consume: () => this.#source.consume(callback, context, data, maxSize),
      });
    } finally {
      this.#polling = false;
    }
  }

  /** True when records are available, checked after a full barrier; see {@link deliverAfterWait}. */
  get pending(): boolean {
    return !this.#disposed && this.#source.pending();
  }

  get disposed(): boolean {
    return this.#disposed;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // From a callback: the pump ends when it returns, and finds zeros where the kernel's pages were until then.
    this.#source.stop();
    this.#source[Symbol.dispose]();
    if (this.#ownsEpoll) this.#epoll[Symbol.dispose]();
  }
}

function openSource(libc: Libc, map: BufferMap, guest: PumpGuest, options: SourceOptions): Source {
  switch (map.type) {
    case MapType.RINGBUF:
      return new RingSource(libc, map, guest, options);
    case MapType.PERF_EVENT_ARRAY:
      return new PerfSource(libc, map, guest, options);
    default:
      throw new BpfError(`Cannot open a buffer on map "${map.name}"`, LINUX_ERRNO.EINVAL, {
        log: [`it is ${mapTypeName(map.type)}, and only ring buffers and perf event arrays have events`],
      });
  }
}

type SourceOptions = EventBufferOptions & { epoll: EpollSet };

/** One kind of buffer: its pages, its pump, its way to wait. */
interface Source extends Disposable {
  consume(callback: number, context: number, data: number, maxSize: number): number;
  pending(): boolean;
  lost(): number;
  stop(): void;
}

class RingSource implements Source {
  readonly #ring: RingBuffer;
  readonly #pump: Pump;

  constructor(libc: Libc, map: BufferMap, guest: PumpGuest, options: SourceOptions) {
    const { memory, buffer } = fixedMemory(ringBufferBytes(libc, map.maxEntries), map.name);
    const layout = { pageSizeBytes: libc.pageSizeBytes, dataBytes: map.maxEntries };
    this.#pump = instantiatePump(memory, layout, guest);
    this.#ring = new RingBuffer(libc, map, { buffer, epoll: options.epoll });
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

  stop(): void {
    this.#pump.stop();
  }

  [Symbol.dispose](): void {
    this.#ring[Symbol.dispose]();
  }
}

class PerfSource implements Source {
  readonly #buffers: PerfBuffers;
  readonly #pump: Pump;

  constructor(libc: Libc, map: BufferMap, guest: PumpGuest, options: SourceOptions) {
    const { perfBufferBytes: dataBytes = PERF_BUFFER_BYTES, epoll } = options;
    const pageSizeBytes = libc.pageSizeBytes;
    if (dataBytes < pageSizeBytes || (dataBytes & (dataBytes - 1)) !== 0) {
      throw new RangeError(
        `Cannot make a perf buffer of ${dataBytes} bytes: not a power of two of at least ${pageSizeBytes}`,
      );
    }
    using stack = new DisposableStack();
    const buffers = stack.use(new PerfBuffers(libc, map, { epoll }));
    const count = buffers.count;
    const start = Math.ceil(count * 8 / pageSizeBytes) * pageSizeBytes;
    const { memory, buffer } = fixedMemory(start + count * (pageSizeBytes + dataBytes), map.name);
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

  stop(): void {
    this.#pump.stop();
  }

  [Symbol.dispose](): void {
    this.#buffers[Symbol.dispose]();
  }
}

/** A memory that never grows. @throws {BpfError} E2BIG when `sizeBytes` are more than a memory can have, ENOMEM. */
function fixedMemory(sizeBytes: number, mapName: string): { memory: WebAssembly.Memory; buffer: ArrayBuffer } {
  const pages = Math.ceil(sizeBytes / WASM_PAGE_BYTES);
  const operation = `Cannot map buffer "${mapName}"`;
  if (pages > MAX_WASM_PAGES) throw new BpfError(operation, LINUX_ERRNO.E2BIG);
  try {
    const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
    const buffer = memory.buffer;
    if (buffer instanceof ArrayBuffer) return { memory, buffer };
  } catch (cause) {
    throw new BpfError(operation, LINUX_ERRNO.ENOMEM, { cause });
  }
  throw new TypeError("A memory that was not asked to be shared is");
}
