/**
 * Clocks, and waiting for times and events, for WASI. Results are the kernel's: a count, 0, or a negative errno.
 *
 * @module
 */

import { type PollEntry, readPollFds, timespecs, writePollFds } from "./file_layouts.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import { SIGSET_BYTES, type SystemCalls } from "./system_calls.ts";

const NO_MASK = null;

/** System calls on clocks. */
export class Clocks {
  readonly #calls: SystemCalls;
  /** A `struct timespec`: seconds and nanoseconds, 64 bits each. */
  readonly #time = new BigInt64Array(2);

  constructor(calls: SystemCalls) {
    this.#calls = calls;
  }

  /** The time of `clock` (`CLOCK_*`) in nanoseconds, or a negative errno. */
  time(clock: number): bigint {
    const { symbols } = this.#calls;
    return this.#nanoseconds(this.#calls.result(symbols.clock_gettime(NUMBER.clock_gettime, clock, this.#time)));
  }

  /** The resolution of `clock` in nanoseconds, or a negative errno. */
  resolution(clock: number): bigint {
    const { symbols } = this.#calls;
    return this.#nanoseconds(this.#calls.result(symbols.clock_getres(NUMBER.clock_getres, clock, this.#time)));
  }

  /**
   * Sleeps until an event of `entries` occurs, or for `timeoutNs`; forever if that is undefined.
   *
   * @returns the number of entries with an event, 0 on time-out, `-EINTR` after a signal, or another negative errno.
   */
  wait(entries: readonly PollEntry[], timeoutNs: bigint | undefined): number {
    const fds = writePollFds(entries);
    const timeout = timeoutNs === undefined ? null : timespecs(timeoutNs);
    const result = this.#calls.result(
      this.#calls.symbols.ppoll(NUMBER.ppoll, fds, entries.length, timeout, NO_MASK, SIGSET_BYTES),
    );
    if (result >= 0) readPollFds(fds, entries);
    return result;
  }

  /** Lets other processes run. */
  yieldProcessor(): void {
    this.#calls.symbols.sched_yield(NUMBER.sched_yield);
  }

  #nanoseconds(result: number): bigint {
    return result < 0 ? BigInt(result) : (this.#time[0] ?? 0n) * 1_000_000_000n + (this.#time[1] ?? 0n);
  }
}
