/**
 * Signals that a guest catches.
 *
 * A handler of the guest cannot run inside a native handler. `signals.c` marks a signal and makes a descriptor readable, which ends the
 * waits of the host.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors/mod.ts";
import type { NativeLibrary } from "./library.ts";

/** The reaction to a signal: the default action; none; or a handler of the guest. */
export const REACTION = { DEFAULT: 0, IGNORE: 1, CALL: 2 } as const;

/** For {@link ProcessSignals.set}: changes nothing. */
export const KEEP_REACTION = -1;

/** The largest number of a signal. */
export const MAX_SIGNAL = 64;

/** The signals of this process, while one guest has them. Disposing restores the actions from before the guest. */
export class ProcessSignals implements Disposable {
  /** A descriptor that is readable while a signal is pending. */
  readonly wakeFd: number;
  /** One byte, which native code sets to 1 while a signal is pending. */
  readonly pending: Uint8Array;
  readonly #symbols: ShimSymbols;

  private constructor(symbols: ShimSymbols, wakeFd: number) {
    const pending = symbols.wasm_bpf_signals_pending();
    if (pending === null) throw new TypeError("wasm_bpf_signals_pending() returned null");
    this.#symbols = symbols;
    this.wakeFd = wakeFd;
    this.pending = new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pending, 1));
  }

  /**
   * @returns -ENOSYS in a thread other than the main one, and without the library of this project; -EBUSY while another guest has
   * the signals; or another negative errno.
   */
  static open({ shim }: NativeLibrary): ProcessSignals | number {
    if (shim === undefined) return -LINUX_ERRNO.ENOSYS;
    const wakeFd = shim.symbols.wasm_bpf_signals_open();
    return wakeFd < 0 ? wakeFd : new ProcessSignals(shim.symbols, wakeFd);
  }

  /**
   * Sets the {@link REACTION} to `signal`.
   *
   * @returns the previous reaction, or -EINVAL for a signal that cannot be changed.
   */
  set(signal: number, reaction: number): number {
    return this.#symbols.wasm_bpf_signal_set(signal, reaction);
  }

  /** Blocks the signals of `mask`, and no others. Bit N - 1 is signal N. */
  block(mask: bigint): void {
    this.#symbols.wasm_bpf_signals_block(new BigUint64Array([mask]));
  }

  /** Returns the pending signals in ascending order. They are then no longer pending. */
  take(): number[] {
    const taken = new BigUint64Array(1);
    this.#symbols.wasm_bpf_signals_take(taken);
    const [mask = 0n] = taken;
    return Array.from({ length: MAX_SIGNAL }, (_, index) => index + 1)
      .filter((signal) => (mask >> BigInt(signal - 1) & 1n) !== 0n);
  }

  /**
   * Takes one pending signal of `mask`, also a blocked one. If there is none, such a signal makes {@link wakeFd} readable from then on,
   * until this is called with 0.
   *
   * @returns the signal; 0 for none.
   */
  claim(mask: bigint): number {
    return this.#symbols.wasm_bpf_signals_claim(new BigUint64Array([mask]));
  }

  /** The signals that came and were not taken, the blocked ones among them. */
  waiting(): bigint {
    const waiting = new BigUint64Array(1);
    this.#symbols.wasm_bpf_signals_waiting(waiting);
    return waiting[0] ?? 0n;
  }

  /** Takes the default action of a signal, which ends the process for most. */
  act(signal: number): void {
    this.#symbols.wasm_bpf_signal_act(signal);
  }

  /**
   * Delays the end by SIGHUP, SIGINT, SIGQUIT and SIGTERM: while the host waits, they become pending. Whoever takes them writes the
   * guest's output and calls {@link act}. At other times they end the process at once, as before.
   */
  delayEnd(): void {
    this.#symbols.wasm_bpf_signals_flush();
  }

  [Symbol.dispose](): void {
    this.#symbols.wasm_bpf_signals_close();
  }
}

type ShimSymbols = NonNullable<NativeLibrary["shim"]>["symbols"];
