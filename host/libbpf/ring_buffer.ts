/**
 * `ring_buffer__*` and `ring__*`.
 *
 * The guest gives the room into which the pump copies batches of records. Its callbacks `(ptr context, ptr data, ptr size) -> i32` get
 * each record where it lies there. EMSGSIZE means that the next record needs more room; `ring_buffer__room()` then returns how much.
 *
 * @module
 */

import type { GuestContext } from "../core/context.ts";
import type { GuestRing, GuestRings } from "../core/event_buffers.ts";
import type { GuestMap } from "../core/guest_map.ts";
import { HandleKind } from "../core/handles.ts";
import type { WasmPtr } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";
import { madeLines } from "./made_lines.ts";
import {
  BufferDescriptors,
  Buffers,
  checkedRoom,
  clampedInt,
  mapAt,
  quietly,
  readOptions,
  receiverOf,
} from "./buffers.ts";

/** `struct ring_buffer_opts` has only its size. */
const OPTIONS_BYTES = 8;
const NO_LIMIT = 2 ** 31 - 1;

/** `struct ring_buffer`. */
const RING_BUFFERS = new HandleKind<RingBuffer>("ring_buffer");
/** `struct ring`, a part of a ring buffer. */
const RINGS = new HandleKind<Ring>("ring");

interface Ring {
  readonly buffer: RingBuffer;
  readonly ring: GuestRing;
  /** The guest's number of the map. */
  readonly mapFd: number;
}

/** The rings of a guest's ring buffer, with their handles. Disposing frees it. */
class RingBuffer implements Disposable {
  readonly rings: GuestRings;
  readonly #guest: GuestContext;
  readonly #maps: GuestMap[] = [];
  readonly #handles: number[] = [];
  readonly #beforeClose: (() => void)[] = [];
  readonly #descriptors: BufferDescriptors;

  constructor(guest: GuestContext) {
    this.#guest = guest;
    this.#descriptors = new BufferDescriptors(guest);
    this.rings = guest.gate.buffers.rings(receiverOf(guest));
  }

  add(mapFd: number, index: WasmPtr, context: WasmPtr): void {
    const map = mapAt(this.#guest, mapFd);
    const ring = map.admitBuffer((bufferMap) => this.rings.add(bufferMap, { index, context }));
    this.#maps.push(map);
    this.#beforeClose.push(this.#guest.losses.watch({
      map: map.name,
      kind: "ring",
      levels: ring,
      readLost: () => map.readLost(),
      reportsToGuest: false,
    }));
    this.#handles.push(RINGS.of(this.#guest.handles).add({ buffer: this, ring, mapFd }));
  }

  /** The handle of the ring at `index`. Refuses with ERANGE. */
  ringAt(index: number): number {
    return this.#handles[index] ?? refuse("ERANGE");
  }

  get epollFd(): number {
    return this.#descriptors.numberOf(this.rings.epollFd, "epoll");
  }

  [Symbol.dispose](): void {
    for (const read of this.#beforeClose.splice(0)) read();
    this.#descriptors[Symbol.dispose]();
    this.rings[Symbol.dispose]();
    for (const map of this.#maps.splice(0)) map.giveBuffer();
    for (const handle of this.#handles.splice(0)) RINGS.of(this.#guest.handles).remove(handle);
  }
}

/** The lines. */
export const RING_BUFFER_LINES = madeLines(
  [
    "ring_buffer__new",
    "ring_buffer__add",
    "ring_buffer__free",
    "ring_buffer__room",
    "ring_buffer__poll",
    "ring_buffer__consume",
    "ring_buffer__consume_n",
    "ring_buffer__epoll_fd",
    "ring_buffer__ring",
    "ring__consumer_pos",
    "ring__producer_pos",
    "ring__avail_data_size",
    "ring__size",
    "ring__map_fd",
    "ring__consume",
    "ring__consume_n",
  ],
  ringBufferFunctions,
  { guest: "sdk" },
);

/** The functions, not yet guarded. Those that return "ptr" return numbers. */
function ringBufferFunctions(guest: GuestContext) {
  const buffers = new Buffers(guest, RING_BUFFERS);
  const ringOf = (handle: WasmPtr) => RINGS.of(guest.handles).find(handle) ?? refuse("EINVAL");
  const counted = (result: number) => {
    if (result > 0) guest.counters.delivered += result;
    guest.losses.check();
    return result;
  };
  return {
    ring_buffer__new: (mapFd: number, callback: WasmPtr, context: WasmPtr, options: WasmPtr): number => {
      readOptions(guest, { at: options, sizeBytes: OPTIONS_BYTES });
      return quietly(() => {
        using stack = new DisposableStack();
        const buffer = stack.use(new RingBuffer(guest));
        buffer.add(mapFd, callback, context);
        stack.move();
        return buffers.add(buffer);
      });
    },
    ring_buffer__add: (handle: WasmPtr, mapFd: number, callback: WasmPtr, context: WasmPtr): void =>
      quietly(() => buffers.get(handle).add(mapFd, callback, context)),
    ring_buffer__free: (handle: WasmPtr): void => buffers.free(handle),
    ring_buffer__room: (handle: WasmPtr): number => buffers.get(handle).rings.roomBytes,
    ring_buffer__poll: (handle: WasmPtr, timeoutMs: number, at: WasmPtr, size: WasmPtr): number =>
      counted(buffers.get(handle).rings.poll(checkedRoom(guest, { at, sizeBytes: size }), timeoutMs)),
    ring_buffer__consume: (handle: WasmPtr, at: WasmPtr, size: WasmPtr): number =>
      counted(buffers.get(handle).rings.consume(checkedRoom(guest, { at, sizeBytes: size }), NO_LIMIT)),
    ring_buffer__consume_n: (handle: WasmPtr, limit: WasmPtr, at: WasmPtr, size: WasmPtr): number =>
      counted(buffers.get(handle).rings.consume(checkedRoom(guest, { at, sizeBytes: size }), clampedInt(limit))),
    ring_buffer__epoll_fd: (handle: WasmPtr): number => quietly(() => buffers.get(handle).epollFd),
    ring_buffer__ring: (handle: WasmPtr, index: number): number => buffers.get(handle).ringAt(index >>> 0),
    ring__consumer_pos: (handle: WasmPtr): number => Number(ringOf(handle).ring.consumerPosition),
    ring__producer_pos: (handle: WasmPtr): number => Number(ringOf(handle).ring.producerPosition),
    ring__avail_data_size: (handle: WasmPtr): number => {
      const { consumerPosition, producerPosition } = ringOf(handle).ring;
      return Number(producerPosition - consumerPosition);
    },
    ring__size: (handle: WasmPtr): number => ringOf(handle).ring.dataBytes,
    ring__map_fd: (handle: WasmPtr): number => ringOf(handle).mapFd,
    ring__consume: (handle: WasmPtr, at: WasmPtr, size: WasmPtr): number =>
      counted(ringOf(handle).ring.consume(checkedRoom(guest, { at, sizeBytes: size }), NO_LIMIT)),
    ring__consume_n: (handle: WasmPtr, limit: WasmPtr, at: WasmPtr, size: WasmPtr): number =>
      counted(ringOf(handle).ring.consume(checkedRoom(guest, { at, sizeBytes: size }), clampedInt(limit))),
  };
}
