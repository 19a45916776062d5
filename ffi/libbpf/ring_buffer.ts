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

/** The mapped pages of a ring-buffer map. Needs Linux 5.8. Disposing unmaps them. */
export class RingBuffer implements Disposable {
  readonly #pages: MappedPages;
  readonly #epoll: EpollSet;
  readonly #fd: number;

  /**
   * Maps `map` over the start of `buffer`, which must be {@link ringBufferBytes} long and never grow.
   *
   * @param options.epoll gets the map's descriptor. The caller owns it.
   * @throws {BpfError} with the errno of `mmap` or epoll: EPERM for a map that user space may not write to.
   */
  constructor(
    calls: SystemCalls,
    map: Pick<BpfMap, "fd" | "name" | "maxEntries">,
    options: { buffer: ArrayBuffer; epoll: EpollSet },
  ) {
    const buffer = { kind: "buffer", subject: map.name, words: `ring buffer "${map.name}"` } as const;
    const page = calls.pageSizeBytes;
    // The kernel accepts only powers of two that are multiples of the page size. The pump relies on this to compute addresses.
    if (map.maxEntries % page !== 0 || (map.maxEntries & (map.maxEntries - 1)) !== 0) {
      throw new BpfError({ operation: "open", ...buffer }, LINUX_ERRNO.EINVAL);
    }
    using stack = new DisposableStack();
    const operation = { operation: "map", ...buffer };
    this.#pages = stack.use(new MappedPages(calls, options.buffer));
    this.#pages.map(operation, map.fd, { at: 0, sizeBytes: page, offset: 0, writable: true });
    const sizeBytes = page + 2 * map.maxEntries;
    this.#pages.map(operation, map.fd, { at: page, sizeBytes, offset: page, writable: false });
    this.#epoll = options.epoll;
    this.#fd = map.fd;
    this.#epoll.add(map.fd);
    stack.move();
  }

  [Symbol.dispose](): void {
    this.#epoll.remove(this.#fd);
    this.#pages[Symbol.dispose]();
  }
}

/**
 * The mapped pages of a user ring buffer. Needs Linux 6.1. Disposing unmaps them.
 *
 * The layout is that of {@link RingBuffer}, but the kernel consumes: only the consumer position is read-only.
 */
export class UserRingPages implements Disposable {
  readonly #pages: MappedPages;
  readonly #epoll: EpollSet;
  readonly #fd: number;

  /**
   * Maps `map` over the start of `buffer`, which must be {@link ringBufferBytes} long and never grow.
   *
   * @param options.epoll gets the map's descriptor. The caller owns it.
   * @throws {BpfError} with the errno of `mmap` or epoll.
   */
  constructor(
    calls: SystemCalls,
    map: Pick<BpfMap, "fd" | "name" | "maxEntries">,
    options: { buffer: ArrayBuffer; epoll: EpollSet },
  ) {
    const page = calls.pageSizeBytes;
    const words = `user ring buffer "${map.name}"`;
    const operation = { operation: "map", kind: "buffer", subject: map.name, words } as const;
    using stack = new DisposableStack();
    this.#pages = stack.use(new MappedPages(calls, options.buffer));
    this.#pages.map(operation, map.fd, { at: 0, sizeBytes: page, offset: 0, writable: false });
    const sizeBytes = page + 2 * map.maxEntries;
    this.#pages.map(operation, map.fd, { at: page, sizeBytes, offset: page, writable: true });
    this.#epoll = options.epoll;
    this.#fd = map.fd;
    this.#epoll.addWritable(map.fd);
    stack.move();
  }

  [Symbol.dispose](): void {
    this.#epoll.remove(this.#fd);
    this.#pages[Symbol.dispose]();
  }
}
