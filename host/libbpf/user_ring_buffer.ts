/**
 * `user_ring_buffer__*`: ring buffers to which the guest writes.
 *
 * The host reserves space in the ring and gives the guest a number for it. The guest fills a sample in its own memory, which the host
 * copies into that space when the guest submits it.
 *
 * @module
 */

import type { GuestContext } from "../core/context.ts";
import type { GuestUserRing } from "../core/event_buffers.ts";
import type { GuestMap } from "../core/guest_map.ts";
import { HandleKind } from "../core/handles.ts";
import { guestPtr, guestSize, type WasmPtr } from "../core/memory.ts";
import { madeLines } from "./made_lines.ts";
import { Buffers, mapAt, quietly, readOptions } from "./buffers.ts";

/** `struct user_ring_buffer_opts` has only its size. */
const OPTIONS_BYTES = 8;

/** `struct user_ring_buffer`. */
const USER_RING_BUFFERS = new HandleKind<UserRingBuffer>("user_ring_buffer");

/** A ring and its map. Disposing frees it. */
class UserRingBuffer implements Disposable {
  readonly ring: GuestUserRing;
  readonly #map: GuestMap;

  constructor(guest: GuestContext, map: GuestMap) {
    this.#map = map;
    this.ring = map.admitBuffer((bufferMap) => guest.gate.buffers.userRing(bufferMap));
  }

  [Symbol.dispose](): void {
    this.ring[Symbol.dispose]();
    this.#map.giveBuffer();
  }
}

/** The lines. */
export const USER_RING_BUFFER_LINES = madeLines(
  [
    "user_ring_buffer__new",
    "user_ring_buffer__free",
    "user_ring_buffer__reserve",
    "user_ring_buffer__reserve_blocking",
    "user_ring_buffer__submit",
    "user_ring_buffer__discard",
  ],
  userRingBufferFunctions,
  { guest: "sdk" },
);

/** The functions, not yet guarded. Those that return "ptr" return numbers. */
function userRingBufferFunctions(guest: GuestContext) {
  const buffers = new Buffers(guest, USER_RING_BUFFERS);
  const ringOf = (handle: WasmPtr) => buffers.get(handle).ring;
  return {
    user_ring_buffer__new: (mapFd: number, options: WasmPtr): number => {
      readOptions(guest, { at: options, sizeBytes: OPTIONS_BYTES });
      return quietly(() => buffers.add(new UserRingBuffer(guest, mapAt(guest, mapFd))));
    },
    user_ring_buffer__free: (handle: WasmPtr): void => buffers.free(handle),
    user_ring_buffer__reserve: (handle: WasmPtr, size: number): number => ringOf(handle).reserve(size >>> 0),
    user_ring_buffer__reserve_blocking: (handle: WasmPtr, size: number, timeoutMs: number): number =>
      ringOf(handle).reserveBlocking(size >>> 0, timeoutMs),
    user_ring_buffer__submit: (handle: WasmPtr, space: WasmPtr, at: WasmPtr, size: WasmPtr): number => {
      const ring = ringOf(handle);
      return ring.submit(Number(space), guest.memory.view(guestPtr(at, guest.addressBits), guestSize(size)));
    },
    user_ring_buffer__discard: (handle: WasmPtr, space: WasmPtr): number => ringOf(handle).discard(Number(space)),
  };
}
