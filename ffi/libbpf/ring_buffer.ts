/**
 * The pages of a ring-buffer map (kernel/bpf/ringbuf.c), mapped over a buffer.
 *
 * | offset   | bytes             | content                                                          |
 * |----------|-------------------|------------------------------------------------------------------|
 * | 0        | page              | consumer position, u64; writable                                 |
 * | page     | page              | producer position, u64; read-only, as all that follows           |
 * | 2 * page | 2 * `maxEntries`  | the data, twice, so that a record that wraps is contiguous       |
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import type { EpollSet } from "../system/epoll.ts";
import { MappedPages } from "../system/mapped_pages.ts";
import type { SystemCalls } from "../system/system_calls.ts";
import type { BpfMap } from "./interfaces/mod.ts";

/** The size of the pages of a ring of `maxEntries` bytes. */
export function ringBufferBytes(calls: SystemCalls, maxEntries: number): number {
  return 2 * calls.pageSizeBytes + 2 * maxEntries;
}

/** The properties of its map that a ring uses. */
type RingMap = Pick<BpfMap, "fd" | "name" | "maxEntries">;

/** Options of {@link RingPages}. */
interface RingPagesOptions {
  /** Must be {@link ringBufferBytes} long and never grow. The pages lie over its start. */
  readonly buffer: ArrayBuffer;
  /** Gets the map's descriptor. The caller owns it. */
  readonly epoll: EpollSet;
}

/** The mapped pages of a ring: one with the consumer position, then the producer position and the data. Disposing unmaps them. */
class RingPages implements Disposable {
  readonly #pages: MappedPages;
  readonly #epoll: EpollSet;
  readonly #fd: number;

  /** @param options.produces true if this process writes records; false if it consumes them. */
  constructor(calls: SystemCalls, map: RingMap, options: RingPagesOptions & { words: string; produces: boolean }) {
    const { buffer, epoll, words, produces } = options;
    const page = calls.pageSizeBytes;
    const operation = { operation: "map", kind: "buffer", subject: map.name, words } as const;
    using stack = new DisposableStack();
    this.#pages = stack.use(new MappedPages(calls, buffer));
    this.#pages.map(operation, map.fd, { at: 0, sizeBytes: page, offset: 0, writable: !produces });
    const sizeBytes = page + 2 * map.maxEntries;
    this.#pages.map(operation, map.fd, { at: page, sizeBytes, offset: page, writable: produces });
    this.#epoll = epoll;
    this.#fd = map.fd;
    if (produces) epoll.addWritable(map.fd);
    else epoll.add(map.fd);
    stack.move();
  }

  [Symbol.dispose](): void {
    this.#epoll.remove(this.#fd);
    this.#pages[Symbol.dispose]();
  }
}

/** The pages of a ring buffer, from which this process consumes. Needs Linux 5.8. */
export class RingBuffer extends RingPages {
  /** @throws {BpfError} with the errno of `mmap` or epoll: EPERM for a map that user space may not write to. */
  constructor(calls: SystemCalls, map: RingMap, options: RingPagesOptions) {
    const words = `ring buffer "${map.name}"`;
    // The kernel accepts only powers of two that are multiples of the page size. The pump relies on this to compute addresses.
    if (map.maxEntries % calls.pageSizeBytes !== 0 || (map.maxEntries & (map.maxEntries - 1)) !== 0) {
      throw new BpfError({ operation: "open", kind: "buffer", subject: map.name, words }, LINUX_ERRNO.EINVAL);
    }
    super(calls, map, { ...options, words, produces: false });
  }
}

/** The pages of a user ring buffer, for which this process produces. Needs Linux 6.1. */
export class UserRingPages extends RingPages {
  /** @throws {BpfError} with the errno of `mmap` or epoll. */
  constructor(calls: SystemCalls, map: RingMap, options: RingPagesOptions) {
    super(calls, map, { ...options, words: `user ring buffer "${map.name}"`, produces: true });
  }
}
