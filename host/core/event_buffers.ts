/**
 * Buffers of events as the import modules use them. The pump implements them; `host/mod.ts` gives each guest a way to open them.
 *
 * @module
 */

import type { Operation } from "../../errors/mod.ts";
import type { PerfCpu } from "../../ffi/libbpf/perf_buffer.ts";
import type { BpfMap } from "../../ffi/mod.ts";
import type { PerfEvent } from "../../ffi/system/perf_event.ts";
import type { AddressBits, WasmPtr } from "./memory.ts";

/** The properties of its map that a buffer uses. */
export type BufferMap = Pick<BpfMap, "fd" | "name" | "type" | "maxEntries" | "update" | "delete">;

/** The receiver of events: the guest's memory, and the table with its callbacks. */
export interface EventReceiver {
  readonly memory: WebAssembly.Memory;
  /** Any table of functions. For a guest without one, see `tableOf()` in `instance.ts`. */
  readonly table: WebAssembly.Table;
  /** The width of the guest's pointers; 32 by default. */
  readonly addressBits?: AddressBits;
}

/** The sizes of one ring, or of the perf buffers of all CPUs. */
export interface BufferLevels {
  /** Bytes of data: those of the ring, or of each CPU's perf buffer. */
  readonly dataBytes: number;
  /** The most bytes that were in the ring, or in one perf buffer, when a poll began. */
  readonly highWaterBytes: number;
}

/** A buffer of events, open for one guest. */
export interface GuestEvents extends BufferLevels, Disposable {
  /** The number of events that the kernel dropped so far because a perf buffer was full; 0 for a ring. */
  readonly lost: number;
  /**
   * Copies each event to `data` and calls the table entry `callback(context, data, size)`. Waits if there is no event.
   *
   * @param timeoutMs 0 does not wait, a negative number waits forever.
   * @returns the number of delivered events; 0 on time-out; a negative errno of Linux, or the negative number of the callback.
   */
  poll(callback: number, context: number, data: number, maxSize: number, timeoutMs: number): number;
}

/** The guest's memory into which records are copied. The caller has checked that it lies in the memory. */
export interface Room {
  readonly at: WasmPtr;
  readonly sizeBytes: WasmPtr;
}

/** A callback in the guest's table, and its first parameter. */
export interface GuestCallback {
  readonly index: WasmPtr;
  readonly context: WasmPtr;
}

/** One ring of {@link GuestRings}. Positions are those of libbpf's `ring__*` functions. */
export interface GuestRing extends BufferLevels {
  readonly consumerPosition: bigint;
  readonly producerPosition: bigint;
  /** Delivers the records of this ring; see {@link GuestRings.consume}. */
  consume(room: Room, limit: number): number;
}

/** The parts of a buffer of version 2 that all kinds have. Disposing frees it, which its own callbacks may do. */
interface GuestBuffer extends Disposable {
  /** A descriptor that is readable while there are records. */
  readonly epollFd: number;
  /** The room for one batch, or for the next record if that is larger. */
  readonly roomBytes: number;
}

/**
 * `struct ring_buffer` of a guest: one or more rings.
 *
 * Deliveries return the number of records, or the negative number that a callback returned, or a negative errno of WASI: EMSGSIZE
 * when the first record is larger than the room, EINVAL when a callback has another type, EBUSY in the buffer's own callback.
 */
export interface GuestRings extends GuestBuffer {
  readonly rings: readonly GuestRing[];
  /** Adds a ring. @throws {BpfError} */
  add(map: BufferMap, callback: GuestCallback): GuestRing;
  /** Waits for records if there are none, and delivers them. @param timeoutMs 0 does not wait, a negative number waits forever. */
  poll(room: Room, timeoutMs: number): number;
  /** Copies records into `room` and calls the guest on each. @param limit the largest number of records. */
  consume(room: Room, limit: number): number;
}

/** The callbacks of perf buffers, as indices in the guest's table; 0 for none. `event` replaces the others. */
export interface PerfCallbacks {
  readonly sample: WasmPtr;
  readonly lost: WasmPtr;
  readonly event: WasmPtr;
  readonly context: WasmPtr;
}

/** Options of {@link BufferOpener.perf}. */
export interface PerfOptions {
  /** Pages of data in each buffer: a power of two. */
  readonly pages: number;
  /** The event; by default the one that wakes at every record. */
  readonly event?: PerfEvent | undefined;
  /** The CPUs; by default all that are online and have an entry in the map. */
  readonly cpus?: readonly PerfCpu[] | undefined;
}

/**
 * `struct perf_buffer` of a guest: a buffer for each CPU.
 *
 * Deliveries return the number of buffers that had records, or the number that ended the delivery, or an errno as {@link GuestRings}.
 */
export interface GuestPerf extends GuestBuffer, BufferLevels {
  /** The descriptors of the perf events. */
  readonly fds: readonly number[];
  /** The number of samples that were delivered. */
  readonly delivered: number;
  /** The number of records that the kernel dropped. */
  readonly lost: number;
  /** As {@link GuestRings.poll}. */
  poll(room: Room, timeoutMs: number): number;
  /** Delivers the records of all buffers, or of the one at `index`. */
  consume(room: Room, index?: number): number;
}

/** `struct user_ring_buffer` of a guest. Results are negative errno of WASI. Disposing frees it. */
export interface GuestUserRing extends Disposable {
  /** Reserves space. @returns its number, which is positive. */
  reserve(sizeBytes: number): number;
  /** As {@link GuestUserRing.reserve}, but waits for space. @param timeoutMs -1 waits forever. */
  reserveBlocking(sizeBytes: number, timeoutMs: number): number;
  /** Copies `bytes` into reserved space, and passes them to the kernel. @returns 0. */
  submit(space: number, bytes: Uint8Array<ArrayBuffer>): number;
  /** Gives reserved space back. @returns 0. */
  discard(space: number): number;
}

/** Opens buffers of version 2 for one guest. */
export interface BufferOpener {
  /** A ring buffer without rings. @throws {BpfError} */
  rings(receiver: EventReceiver): GuestRings;
  /** Perf buffers on `map`. @throws {BpfError} */
  perf(map: BufferMap, receiver: EventReceiver & { callbacks: PerfCallbacks }, options: PerfOptions): GuestPerf;
  /** The guest's side of a user ring buffer. @throws {BpfError} */
  userRing(map: BufferMap): GuestUserRing;
}

/** Opens the buffer of version 1 on `map`. @throws {BpfError} */
export type OpenBuffer = (map: BufferMap, receiver: EventReceiver) => GuestEvents;

/** The operation of opening the buffer of the map of this name. */
export function openBufferOperation(mapName: string): Operation {
  return { operation: "open", kind: "buffer", subject: mapName, words: `a buffer on map "${mapName}"` };
}
