/**
 * The signals of one guest: the handlers that it set, and the end of waits when one is pending.
 *
 * @module
 */

import { KEEP_REACTION, type ProcessSignals, REACTION } from "../../ffi/system/signals.ts";
import { checked, refuse } from "./refusal.ts";

/** A handler of the guest. */
export type SignalHandler = (signal: number) => unknown;

/** The way in which a guest handles a signal. */
export interface Handling {
  readonly handler: SignalHandler;
  /** True if a read continues after the handler (`SA_RESTART`). Other waits end in any case. */
  readonly restartsReads: boolean;
}

/** The outcome of {@link GuestSignals.deliver}: no handler ran; all that ran restart reads; one ran that does not. */
export type Delivery = "none" | "restarts" | "interrupts";

const NEVER = new Uint8Array(1);

/** See the module's documentation. Disposing restores the process's own actions. */
export class GuestSignals implements Disposable {
  readonly #open: () => ProcessSignals | number;
  readonly #handling = new Map<number, Handling>();
  #native: ProcessSignals | undefined;
  #pending: Uint8Array = NEVER;
  #blocked = 0n;
  readonly #lastActions: (() => unknown)[] = [];
  #stopTimer: (() => unknown) | undefined;

  /**
   * @param open takes over the signals of the process, and is called at the first use. It may return a negative errno: ENOSYS in a thread
   * that cannot have signals.
   */
  constructor(open: () => ProcessSignals | number) {
    this.#open = open;
  }

  /** True while a signal waits for {@link deliver}. Checked after each import, so this is one load. */
  get pending(): boolean {
    return this.#pending[0] !== 0;
  }

  /** A descriptor that is readable while {@link pending}: every wait must end when it is. Undefined without {@link prepare}. */
  get wakeFd(): number | undefined {
    return this.#native?.wakeFd;
  }

  /** Takes over the signals. Call it before the guest opens anything to wait for. Does nothing in a thread that cannot have signals. */
  prepare(): void {
    const native = this.#native ?? this.#open();
    if (typeof native === "number") return;
    this.#native = native;
    this.#pending = native.pending;
  }

  /**
   * Sets the reaction to a signal. Refuses with EINVAL if it cannot be changed, with ENOSYS if this thread cannot have signals.
   *
   * @param reaction "keep" changes nothing.
   * @returns the previous reaction, a number of `REACTION`.
   */
  set(signal: number, reaction: "default" | "ignore" | "keep" | Handling): number {
    const native = this.#prepared;
    if (typeof reaction === "object") {
      const previous = checked(native.set(signal, KEEP_REACTION));
      // The handler must be known before the signal can come.
      this.#handling.set(signal, reaction);
      native.set(signal, REACTION.CALL);
      return shown(previous);
    }
    const previous = checked(native.set(signal, NUMBERS[reaction]));
    if (reaction !== "keep") this.#handling.delete(signal);
    return shown(previous);
  }

  /** Blocks the signals of `mask`, and no others. Bit N - 1 is signal N. Refuses with ENOSYS. */
  block(mask: bigint): void {
    this.#prepared.block(mask);
    this.#blocked = mask;
  }

  /** True if `signal` waits until the guest unblocks it. */
  isBlocked(signal: number): boolean {
    return (this.#blocked >> BigInt(signal - 1) & 1n) !== 0n;
  }

  /** As {@link ProcessSignals.claim}. Refuses with ENOSYS. */
  claim(mask: bigint): number {
    return this.#prepared.claim(mask);
  }

  /** As {@link ProcessSignals.waiting}. Refuses with ENOSYS. */
  waiting(): bigint {
    return this.#prepared.waiting();
  }

  /** Takes the default action of `signal`, after the actions of {@link beforeEnd}. Refuses with ENOSYS. */
  act(signal: number): void {
    const native = this.#prepared;
    for (const action of this.#lastActions) action();
    native.act(signal);
  }

  /** Adds an action that precedes the end of the process by a signal without a handler, if that signal ends a wait. */
  beforeEnd(action: () => unknown): void {
    this.prepare();
    this.#lastActions.push(action);
    this.#native?.delayEnd();
  }

  /** Stops a timer with `stop` when the guest ends, because its signal then has no handler. */
  stopAtEnd(stop: () => unknown): void {
    this.#stopTimer = stop;
  }

  /** Handles the pending signals: calls the guest's handlers, or takes the default action. */
  deliver(): Delivery {
    let outcome: Delivery = "none";
    for (const signal of this.#native?.take() ?? []) {
      const handling = this.#handling.get(signal);
      if (handling === undefined) {
        this.act(signal);
        continue;
      }
      handling.handler(signal);
      if (!handling.restartsReads) outcome = "interrupts";
      else if (outcome === "none") outcome = "restarts";
    }
    return outcome;
  }

  get #prepared(): ProcessSignals {
    this.prepare();
    return this.#native ?? refuse("ENOSYS");
  }

  [Symbol.dispose](): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#native?.[Symbol.dispose]();
    this.#native = undefined;
    this.#pending = NEVER;
  }
}

const NUMBERS = { default: REACTION.DEFAULT, ignore: REACTION.IGNORE, keep: KEEP_REACTION } as const;

/** The delayed end of the process is its default action. */
function shown(reaction: number): number {
  return reaction > REACTION.CALL ? REACTION.DEFAULT : reaction;
}
