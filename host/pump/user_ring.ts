/**
 * User ring buffers: the guest produces, and a BPF program consumes.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, WASI_ERRNO } from "../../errors/mod.ts";
import { ringBufferBytes, UserRingPages } from "../../ffi/libbpf/ring_buffer.ts";
import { MapType, type SystemCalls } from "../../ffi/mod.ts";
import { EpollSet } from "../../ffi/system/epoll.ts";
import { type BufferMap, type GuestUserRing, openBufferOperation } from "../core/event_buffers.ts";
import { fixedMemory } from "./fixed_memory.ts";
import { waitResult } from "./wait.ts";

/** Bits of a record's length (`linux/bpf.h`). */
const BUSY = 0x80000000;
const DISCARDED = 0x40000000;
const LARGEST = 0x3fffffff;
const HEADER_BYTES = 8;

const { E2BIG, EINVAL, ENOSPC } = WASI_ERRNO;

/**
 * See {@link GuestUserRing}.
 *
 * The number of reserved space is the position behind its header, from the start of the data. The ring's own headers tell which space
 * is reserved, so that nothing has to be kept. The kernel checks each record, since it trusts no process.
 */
export class UserRing implements GuestUserRing {
  readonly #epoll: EpollSet;
  readonly #pages: UserRingPages;
  readonly #dataBytes: number;
  /** The address of the data. */
  readonly #start: number;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #consumer: BigUint64Array<ArrayBuffer>;
  readonly #producer: BigUint64Array<ArrayBuffer>;
  #disposed = false;

  /** @throws {BpfError} EINVAL when `map` has another type; the errno of `mmap` or epoll. */
  constructor(calls: SystemCalls, map: BufferMap, options: { wakeFd?: number | undefined } = {}) {
    if (map.type !== MapType.USER_RINGBUF) {
      throw new BpfError(openBufferOperation(map.name), LINUX_ERRNO.EINVAL, { reason: "it is not a user ring buffer" });
    }
    const { pageSizeBytes } = calls;
    const { buffer } = fixedMemory(ringBufferBytes(calls, map.maxEntries), { mapName: map.name });
    using stack = new DisposableStack();
    this.#epoll = stack.use(new EpollSet(calls, options.wakeFd));
    this.#pages = stack.use(new UserRingPages(calls, map, { buffer, epoll: this.#epoll }));
    this.#dataBytes = map.maxEntries;
    this.#start = 2 * pageSizeBytes;
    this.#bytes = new Uint8Array(buffer);
    this.#words = new Uint32Array(buffer);
    this.#consumer = new BigUint64Array(buffer, 0, 1);
    this.#producer = new BigUint64Array(buffer, pageSizeBytes, 1);
    stack.move();
  }

  reserve(sizeBytes: number): number {
    if (this.#disposed) return -EINVAL;
    const total = recordBytes(sizeBytes);
    if (sizeBytes > LARGEST || total > this.#dataBytes) return -E2BIG;
    const producer = Atomics.load(this.#producer, 0);
    const used = Number(producer - Atomics.load(this.#consumer, 0));
    if (total > this.#dataBytes - used) return -ENOSPC;
    const at = Number(producer % BigInt(this.#dataBytes));
    // The second word is for the kernel.
    this.#words.set([(sizeBytes | BUSY) >>> 0, 0], (this.#start + at) / 4);
    Atomics.store(this.#producer, 0, producer + BigInt(total));
    return at + HEADER_BYTES;
  }

  reserveBlocking(sizeBytes: number, timeoutMs: number): number {
    if (timeoutMs < -1) return -EINVAL;
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const space = this.reserve(sizeBytes);
      if (space !== -ENOSPC) return space;
      const rest = timeoutMs === -1 ? -1 : Math.ceil(deadline - performance.now());
      if (timeoutMs !== -1 && rest <= 0) return space;
      const woken = waitResult(this.#epoll.wait(rest));
      if (woken < 0) return woken;
    }
  }

  submit(space: number, bytes: Uint8Array<ArrayBuffer>): number {
    const size = this.#reservedBytes(space);
    if (size === undefined || bytes.length > size) return -EINVAL;
    // The data is mapped twice in a row, so that space at its end is whole.
    this.#bytes.set(bytes, this.#start + space);
    return this.#commit(space, size);
  }

  discard(space: number): number {
    const size = this.#reservedBytes(space);
    return size === undefined ? -EINVAL : this.#commit(space, size | DISCARDED);
  }

  /** The size of reserved space with this number; undefined if there is none. */
  #reservedBytes(space: number): number | undefined {
    const at = space - HEADER_BYTES;
    if (this.#disposed || !(at >= 0 && at < this.#dataBytes) || at % 8 !== 0) return undefined;
    const header = Atomics.load(this.#words, (this.#start + at) / 4);
    const size = header & LARGEST;
    return (header & BUSY) !== 0 && recordBytes(size) <= this.#dataBytes ? size : undefined;
  }

  #commit(space: number, header: number): number {
    Atomics.store(this.#words, (this.#start + space - HEADER_BYTES) / 4, header);
    return 0;
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#pages[Symbol.dispose]();
    this.#epoll[Symbol.dispose]();
  }
}

/** The bytes of a record with its header and padding. */
function recordBytes(sizeBytes: number): number {
  return Math.ceil((sizeBytes + HEADER_BYTES) / 8) * 8;
}
