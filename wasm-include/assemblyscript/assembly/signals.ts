// SPDX-License-Identifier: MIT

import { checked } from "./errors";

@external("wasm_bpf_sys", "sigaction")
declare function sigaction(signal: i32, reaction: i32, flags: i32, handler: usize): i32;

/** The terminal was closed. */
export const SIGHUP: i32 = 1;
/** Ctrl-C. */
export const SIGINT: i32 = 2;
/** The signal of `kill` without an option. */
export const SIGTERM: i32 = 15;

/** The reaction that calls a function of the guest. */
const CALL = 2;

let caught = 0;

function onSignal(signal: i32): void {
  caught = signal;
}

/**
 * Catches these signals from now on, instead of ending the guest. A poll that waits then returns. A second Ctrl-C ends a guest that does
 * not come back to the host.
 */
export function catchSignals(signals: StaticArray<i32> = [SIGINT, SIGTERM]): void {
  for (let i = 0; i < signals.length; i++) {
    checked("catch signals", sigaction(signals[i], CALL, 0, onSignal.index));
  }
}

/** The last signal that was caught; 0 if there was none. */
export function caughtSignal(): i32 {
  return caught;
}
