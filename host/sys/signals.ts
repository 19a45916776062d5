/**
 * Signals. The guest's libc keeps the handlers of its program. It gives the host one function, which the host calls for each signal.
 *
 * @module
 */

import { WASI_ERRNO } from "../../errors/mod.ts";
import { Clocks } from "../../ffi/system/clocks.ts";
import { POLL } from "../../ffi/system/linux_numbers.ts";
import { killProcess, setTimer, TIMER_BYTES } from "../../ffi/system/process_control.ts";
import { MAX_SIGNAL, REACTION } from "../../ffi/system/signals.ts";
import type { GuestContext } from "../core/context.ts";
import { callTyped } from "../core/instance.ts";
import { guestPtr, type WasmPtr } from "../core/memory.ts";
import { checked, refuse } from "../core/refusal.ts";

/** A flag of `sigaction`: reads continue after the handler. */
const RESTART = 1;
const KEEP = -1;
const CLOCK_MONOTONIC = 1;

/**
 * `sigaction(i32 signal, i32 reaction, i32 flags, ptr handler) -> i32` sets the reaction to a signal: 0 the default action, 1 none, 2
 * calls `handler`, the index of a function `(i32) -> ()` in the guest's table; -1 changes nothing. Flag 1: reads continue after the
 * handler (`SA_RESTART`); all other waits end with EINTR.
 *
 * The handler runs before the next import returns. A second SIGINT, SIGQUIT or SIGTERM ends the process if the first was not handled
 * within 0.1 s.
 *
 * @returns the previous reaction; EINVAL for signals that cannot be caught, such as SIGKILL and those of the engine's faults; ENOSYS in a
 * worker, and without this project's library.
 */
export function sigaction(guest: GuestContext) {
  // Buffers that the guest opens before its first handler must know the descriptor that ends their waits.
  guest.signals.prepare();
  return (signal: number, reaction: number, flags: number, index: WasmPtr): number => {
    switch (reaction) {
      case KEEP:
        return guest.signals.set(signal, "keep");
      case REACTION.DEFAULT:
        return guest.signals.set(signal, "default");
      case REACTION.IGNORE:
        return guest.signals.set(signal, "ignore");
      case REACTION.CALL: {
        const run = guest.instance.functionAt(guestPtr(index, guest.addressBits)) ?? refuse("EFAULT");
        const handler = (signal: number) => callTyped(run, [signal], "a handler of signals");
        return guest.signals.set(signal, { handler, restartsReads: (flags & RESTART) !== 0 });
      }
      default:
        return refuse("EINVAL");
    }
  };
}

/** `sigprocmask(i64 mask) -> i32` blocks the signals of `mask`, and no others. Bit N - 1 is signal N. */
export function sigprocmask(guest: GuestContext) {
  return (mask: bigint): void => guest.signals.block(BigInt.asUintN(64, mask));
}

/**
 * `kill(i32 pid, i32 signal) -> i32`: for the process's own number, takes the default action of a signal after the guest's output was
 * written, or lets the signal wait if it is blocked. The guest's libc calls its handlers itself. For other processes only signal 0 is
 * allowed, which looks if one exists.
 *
 * @returns EPERM for any other signal to another process; ESRCH when there is none.
 */
export function kill(guest: GuestContext) {
  return (pid: number, signal: number): void => {
    if (signal < 0 || signal > MAX_SIGNAL) refuse("EINVAL");
    if (signal !== 0 && pid !== Deno.pid) refuse("EPERM");
    if (signal === 0 || guest.signals.isBlocked(signal)) checked(killProcess(guest.system.calls, pid, signal));
    else guest.signals.act(signal);
  };
}

/** `pause() -> i32` waits for a signal. @returns EINTR, after its handler ran. */
export function pause(guest: GuestContext) {
  const clocks = new Clocks(guest.system.calls);
  return (): number => {
    const { wakeFd } = guest.signals;
    if (wakeFd === undefined) refuse("ENOSYS");
    while (!guest.signals.pending) clocks.wait([{ fd: wakeFd, wanted: POLL.IN, came: 0 }], undefined);
    return -WASI_ERRNO.EINTR;
  };
}

/**
 * `sigtimedwait(i64 mask, i64 timeout) -> i32` waits for a signal of `mask`, all of which the guest has blocked, and takes it. The time
 * is in nanoseconds; -1 waits forever.
 *
 * @returns the signal's number; EAGAIN on time-out; EINTR when a handler runs.
 */
export function sigtimedwait(guest: GuestContext) {
  const clocks = new Clocks(guest.system.calls);
  return (mask: bigint, timeout: bigint): number => {
    const { signals } = guest;
    const wanted = BigInt.asUintN(64, mask);
    const deadline = timeout < 0n ? undefined : clocks.time(CLOCK_MONOTONIC) + timeout;
    try {
      for (;;) {
        const signal = signals.claim(wanted);
        if (signal > 0) return signal;
        if (signals.pending && (signals.waiting() & wanted) === 0n) refuse("EINTR");
        const rest = deadline === undefined ? undefined : deadline - clocks.time(CLOCK_MONOTONIC);
        if (rest !== undefined && rest <= 0n) refuse("EAGAIN");
        clocks.wait([{ fd: signals.wakeFd ?? refuse("ENOSYS"), wanted: POLL.IN, came: 0 }], rest);
      }
    } finally {
      signals.claim(0n);
    }
  };
}

/** `sigpending(ptr mask) -> i32` writes the blocked signals that came, as 64 bits. */
export function sigpending(guest: GuestContext) {
  return (mask: WasmPtr): void => {
    const at = guestPtr(mask, guest.addressBits);
    guest.memory.check(at, BigUint64Array.BYTES_PER_ELEMENT);
    guest.memory.data.setBigUint64(at, guest.signals.waiting(), true);
  };
}

/**
 * `setitimer(i32 which, ptr value, ptr old) -> i32` sets a timer with `struct itimerval` (LP64: interval, then value, each 64-bit seconds
 * and microseconds). 0 (ITIMER_REAL) sends SIGALRM; either pointer may be NULL.
 *
 * @returns EINVAL for other timers, since the engine uses processor time too.
 */
export function setitimer(guest: GuestContext) {
  return (which: number, value: WasmPtr, old: WasmPtr): void => {
    const { memory, addressBits } = guest;
    const { calls } = guest.system;
    const [from, to] = [guestPtr(value, addressBits), guestPtr(old, addressBits)];
    if (which !== 0) refuse("EINVAL");
    const wanted = from === 0 ? null : memory.view(from, TIMER_BYTES).slice();
    const previous = new Uint8Array(TIMER_BYTES);
    if (to !== 0) memory.check(to, TIMER_BYTES);
    checked(setTimer(calls, wanted, previous));
    if (wanted !== null) guest.signals.stopAtEnd(() => setTimer(calls, new Uint8Array(TIMER_BYTES), previous));
    if (to !== 0) memory.view(to, TIMER_BYTES).set(previous);
  };
}
