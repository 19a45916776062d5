/**
 * Waits for buffers of events with epoll.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { EPOLL, O } from "./linux_numbers.ts";
import { LAYOUT } from "./struct_layouts.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import { SIGSET_BYTES, type SystemCalls } from "./system_calls.ts";

const NO_MASK = null;

/** `struct epoll_event`: `events` are bits of {@link EPOLL}, `data` is {@link BUFFER} or {@link WAKE}. */
const EVENT = LAYOUT.epoll_event;

/** The number of events that one wait can return. Events of more CPUs need a second wait, which returns immediately. */
const MAX_EVENTS = 16;

const BUFFER = 0;
const WAKE = 1;

/** A set of descriptors to wait for: those of buffers, and optionally one that ends a wait. */
export class EpollSet implements Disposable {
  readonly #calls: SystemCalls;
  readonly #fd: number;
  readonly #events = new Uint8Array(MAX_EVENTS * EVENT.size);
  readonly #view = new DataView(this.#events.buffer);

  /**
   * @param wakeFd a descriptor (an eventfd) that ends every wait while it is readable. The caller owns it.
   * @throws {BpfError}
   */
  constructor(calls: SystemCalls, wakeFd?: number) {
    this.#calls = calls;
    this.#fd = openEpoll(calls);
    try {
      // Level-triggered, since it ends every wait until it is read.
      if (wakeFd !== undefined) control(calls, { epoll: this.#fd, fd: wakeFd, events: EPOLL.IN, data: WAKE });
    } catch (error) {
      calls.close(this.#fd);
      throw error;
    }
  }

  /**
   * Adds a ring-buffer map or a perf event.
   *
   * The descriptor is edge-triggered, so that a wait ends only when the kernel wakes it. A level-triggered wait would end again and
   * again while a record is reserved but not committed, because the ring is readable then. The same would happen after the CPU of a
   * perf event has gone (EPOLLHUP). The positions in the buffer show if there are records, not epoll.
   *
   * @throws {BpfError}
   */
  add(fd: number): void {
    control(this.#calls, { epoll: this.#fd, fd, events: EPOLL.IN | EPOLL.ET, data: BUFFER });
  }

  /** Adds a user ring buffer. A wait ends when the kernel has taken records out of it. @throws {BpfError} */
  addWritable(fd: number): void {
    control(this.#calls, { epoll: this.#fd, fd, events: EPOLL.OUT | EPOLL.ET, data: BUFFER });
  }

  /** Removes a descriptor. The kernel has already removed one that is closed. */
  remove(fd: number): void {
    this.#calls.symbols.epoll_ctl(NUMBER.epoll_ctl, this.#fd, EPOLL.CTL_DEL, fd, this.#events);
  }

  /**
   * Waits.
   *
   * @param timeoutMs whole milliseconds; -1 forever.
   * @returns 1 when a buffer may have records; 0 on time-out; -EINTR when the wake descriptor is readable; or another negative errno.
   */
  wait(timeoutMs: number): number {
    const { symbols } = this.#calls;
    const count = this.#calls.result(
      symbols.epoll_pwait(NUMBER.epoll_pwait, this.#fd, this.#events, MAX_EVENTS, timeoutMs, NO_MASK, SIGSET_BYTES),
    );
    // The process was stopped and continued (Ctrl-Z and fg, a debugger). The guest must not notice.
    if (count === -LINUX_ERRNO.EINTR) return 1;
    for (let i = 0; i < count; i++) {
      if (this.#view.getUint32(i * EVENT.size + EVENT.data, true) === WAKE) return -LINUX_ERRNO.EINTR;
    }
    return Math.min(count, 1);
  }

  [Symbol.dispose](): void {
    this.#calls.close(this.#fd);
  }
}

/**
 * A set of descriptors that a guest may poll itself: readable while one of them is. Disposing closes it.
 *
 * Unlike in {@link EpollSet}, the descriptors are level-triggered, as libbpf's are.
 */
export class ReadableSet implements Disposable {
  readonly #calls: SystemCalls;
  readonly fd: number;

  /** @throws {BpfError} */
  constructor(calls: SystemCalls) {
    this.#calls = calls;
    this.fd = openEpoll(calls);
  }

  /** @throws {BpfError} */
  add(fd: number): void {
    control(this.#calls, { epoll: this.fd, fd, events: EPOLL.IN, data: BUFFER });
  }

  [Symbol.dispose](): void {
    this.#calls.close(this.fd);
  }
}

/** @throws {BpfError} */
function openEpoll(calls: SystemCalls): number {
  const fd = calls.result(calls.symbols.epoll_create1(NUMBER.epoll_create1, O.CLOEXEC));
  if (fd < 0) throw new BpfError({ operation: "create", kind: "system", words: "an epoll set" }, fd);
  return fd;
}

/** A descriptor in a set, with the events to wait for. */
interface Member {
  readonly epoll: number;
  readonly fd: number;
  readonly events: number;
  readonly data: number;
}

/** Adds `fd` to the set `epoll`. @throws {BpfError} */
function control(calls: SystemCalls, { epoll, fd, events, data }: Member): void {
  const event = new Uint8Array(EVENT.size);
  const view = new DataView(event.buffer);
  view.setUint32(EVENT.events, events >>> 0, true);
  view.setBigUint64(EVENT.data, BigInt(data), true);
  const { symbols } = calls;
  const result = calls.result(symbols.epoll_ctl(NUMBER.epoll_ctl, epoll, EPOLL.CTL_ADD, fd, event));
  if (result < 0) throw new BpfError({ operation: "wait", kind: "buffer", words: "for a buffer" }, result);
}

/**
 * Opens a descriptor that wakes an {@link EpollSet}: an eventfd, non-blocking. It becomes readable when 8 bytes other than 0 are
 * written to it.
 *
 * @returns the descriptor, or a negative errno. The caller closes it.
 */
export function openWakeDescriptor(calls: SystemCalls): number {
  return calls.result(calls.symbols.eventfd2(NUMBER.eventfd2, 0, O.CLOEXEC | O.NONBLOCK));
}
