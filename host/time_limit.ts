/**
 * The time limit of a guest.
 *
 * @module
 */

import { GuestError } from "../errors/mod.ts";
import type { NativeSystem } from "../ffi/mod.ts";
import { openDeadline } from "../ffi/system/deadline.ts";
import { LONGEST_RUN_MS, runInterruptibly } from "../ffi/system/interruptible.ts";

/** The largest limit. */
export const LONGEST_TIMEOUT_MS = LONGEST_RUN_MS;

/** The time after the limit in which the guest should have ended. */
const GRACE_MS = 1000;

/** A time limit, which begins with its construction. Disposing removes it. */
export class TimeLimit implements Disposable {
  readonly #timeoutMs: number;
  readonly #endMs: number;
  #deadline: Disposable | undefined;

  /**
   * @param timeoutMs 1 to {@link LONGEST_TIMEOUT_MS}.
   * @param options.endsProcess true if this process ends a second after the limit, when the engine cannot be interrupted.
   * @throws {RangeError} for any other limit.
   * @throws {BpfError} ENOSYS without the library of this project.
   */
  constructor(system: NativeSystem, timeoutMs: number, { endsProcess }: { endsProcess: boolean }) {
    if (!Number.isInteger(timeoutMs) || timeoutMs < 1 || timeoutMs > LONGEST_TIMEOUT_MS) {
      throw new RangeError(`Cannot limit time: ${timeoutMs} is not a number of milliseconds`);
    }
    this.#timeoutMs = timeoutMs;
    this.#endMs = performance.now() + timeoutMs;
    this.#deadline = openDeadline(system.library, {
      interruptAfterMs: timeoutMs,
      endAfterMs: endsProcess ? timeoutMs + GRACE_MS : undefined,
      lastLine: `wasm-bpf: ${this.#error().message}`,
    });
  }

  /** Runs `guest`, and removes the limit. @throws {GuestError} "timed-out" at the limit, and every error of `guest`. */
  run(guest: () => void): void {
    let failure: { readonly error: unknown } | undefined;
    const call = () => {
      try {
        guest();
      } catch (error) {
        failure = { error };
      }
    };
    const restMs = Math.ceil(this.#endMs - performance.now());
    const hasReturned = restMs > 0 && runInterruptibly(call, restMs);
    // The limit ends a call of the kernel first. The guest can return before the engine's own interruption.
    const isInTime = hasReturned && performance.now() < this.#endMs;
    // Closing what the guest left open has no limit.
    this[Symbol.dispose]();
    if (!isInTime) throw this.#error();
    if (failure !== undefined) throw failure.error;
  }

  #error(): GuestError {
    return new GuestError(
      "timed-out",
      `Cannot continue: the guest reached its time limit of ${this.#timeoutMs / 1000} s`,
    );
  }

  [Symbol.dispose](): void {
    this.#deadline?.[Symbol.dispose]();
    this.#deadline = undefined;
  }
}
