// SPDX-License-Identifier: MIT

import { checkedFor, ERRNO, exitWithError, refuse } from "./errors";
import {
  ring_buffer__add,
  ring_buffer__consume,
  ring_buffer__epoll_fd,
  ring_buffer__free,
  ring_buffer__new,
  ring_buffer__poll,
  ring_buffer__room,
} from "./imports";
import { MapHandle } from "./map_handle";
import { countOf, Room } from "./room";
import { sizeOf } from "./values";

/** No error has this number. */
const STOPPED = i32.MIN_VALUE;

/** The forms of callbacks. */
const enum Form {
  /** (record) */
  RECORD,
  /** (record, state) */
  WITH_STATE,
  /** (address, size) */
  BYTES,
}

/** The callback of a ring. The host passes its address back. */
class Ring {
  /** @param state the address of a pinned object, or a number. */
  constructor(
    readonly owner: RingBuffer,
    readonly map: MapHandle,
    readonly form: Form,
    readonly callback: u32,
    readonly minBytes: u32,
    readonly state: usize,
  ) {}
}

/**
 * Ring buffers to poll together. Callbacks are functions of a file, since AssemblyScript has no closures: they use global variables, or
 * the state that `addWith()` passes to them. A record lies in the buffer until the callback returns.
 */
export class RingBuffer {
  private handle: usize = 0;
  private rings: Ring[] = [];
  private pinned: usize[] = [];
  private room: Room = new Room();
  private stopped: bool = false;

  /** Adds the ring of a map. `T` is an unmanaged class, or a number. Longer records have more bytes after it. */
  add<T>(map: MapHandle, callback: (record: T) => void): void {
    if (!isReference<T>()) ERROR("a record must be an @unmanaged class");
    this.addRing(new Ring(this, map, Form.RECORD, callback.index, <u32>sizeOf<T>(), 0));
  }

  /** As `add()`, for a callback that also gets `state`: an object, or a number. */
  addWith<T, S>(map: MapHandle, callback: (record: T, state: S) => void, state: S): void {
    if (!isReference<T>() || !isReference<S>()) ERROR("a record must be an @unmanaged class, and the state an object");
    const address = changetype<usize>(state);
    // Only the host knows the address, so the garbage collector must not free the object.
    if (isManaged<S>()) this.pinned.push(__pin(address));
    this.addRing(new Ring(this, map, Form.WITH_STATE, callback.index, <u32>sizeOf<T>(), address));
  }

  /** As `add()`, for a callback that gets the address and the size of each record. */
  addBytes(map: MapHandle, callback: (address: usize, sizeBytes: u32) => void): void {
    this.addRing(new Ring(this, map, Form.BYTES, callback.index, 0, 0));
  }

  private addRing(ring: Ring): void {
    this.rings.push(ring);
    const context = changetype<usize>(ring);
    const fd = ring.map.fd;
    if (this.handle == 0) {
      const handle = ring_buffer__new(fd, onRecord.index, context, 0);
      checkedFor("open ring buffer", ring.map.name, <i32>handle);
      this.handle = handle;
    } else {
      checkedFor("open ring buffer", ring.map.name, ring_buffer__add(this.handle, fd, onRecord.index, context));
    }
  }

  /** Delivers all records, or waits for the first if there is none. Returns their number: 0 after the time, a signal or `stop()`. */
  poll(timeoutMs: i32 = -1): i32 {
    this.stopped = false;
    let result: i32;
    do {
      result = ring_buffer__poll(this.handle, timeoutMs, this.room.address, this.room.sizeBytes);
    } while (this.room.grewFor(result, ring_buffer__room(this.handle)));
    return this.stopped ? 0 : countOf("read a ring buffer", result);
  }

  /** Delivers all records without waiting. Returns their number. */
  consume(): i32 {
    this.stopped = false;
    let result: i32;
    do {
      result = ring_buffer__consume(this.handle, this.room.address, this.room.sizeBytes);
    } while (this.room.grewFor(result, ring_buffer__room(this.handle)));
    return this.stopped ? 0 : countOf("read a ring buffer", result);
  }

  /** In a callback: ends the poll after this record. */
  stop(): void {
    this.stopped = true;
  }

  get isStopped(): bool {
    return this.stopped;
  }

  /** A descriptor that is readable while there are records. */
  get epollFd(): i32 {
    return ring_buffer__epoll_fd(this.handle);
  }

  /** Closes the rings. Records that nobody read stay in the maps. */
  close(): void {
    if (this.handle != 0) ring_buffer__free(this.handle);
    this.handle = 0;
    for (let i = 0; i < this.pinned.length; i++) __unpin(this.pinned[i]);
    this.pinned = [];
    this.rings = [];
  }
}

/** The function that the host calls for each record. It allocates nothing. */
function onRecord(context: usize, record: usize, sizeBytes: u32): i32 {
  const ring = changetype<Ring>(context);
  if (sizeBytes < ring.minBytes) {
    refuse(`read a record of "${ring.map.name}": it has ${sizeBytes} bytes, not ${ring.minBytes}`, ERRNO.EINVAL);
    exitWithError();
  }
  if (ring.form == Form.RECORD) call_indirect(ring.callback, record);
  else if (ring.form == Form.WITH_STATE) call_indirect(ring.callback, record, ring.state);
  else call_indirect(ring.callback, record, sizeBytes);
  return ring.owner.isStopped ? STOPPED : 0;
}
