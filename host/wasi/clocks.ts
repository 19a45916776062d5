/**
 * Clocks. WASI numbers its four clocks as Linux does; the monotonic one is also the one of `bpf_ktime_get_ns()`.
 *
 * @module
 */

import { wasiErrno } from "../../errors/mod.ts";
import { guestPtr } from "../core/memory.ts";
import { guardAll, Refusal, refuse, type WasiContext, type WasiFunctions } from "./context.ts";
import { CLOCK } from "./types.ts";

/** `clock_res_get`, `clock_time_get`. */
export function clockFunctions(context: WasiContext): WasiFunctions {
  return guardAll(context, {
    clock_res_get(clock: number, result: number): void {
      store(context, result, context.files.clockResolution(checkedClock(clock)));
    },

    /** The precision that the guest would put up with is not used: the kernel's is better. */
    clock_time_get(clock: number, _precision: bigint, result: number): void {
      store(context, result, context.files.clockTime(checkedClock(clock)));
    },
  });
}

/** A clock's number, in Linux's and WASI's space alike. Refuses others with EINVAL. */
export function checkedClock(clock: number): number {
  if (clock < CLOCK.REALTIME || clock > CLOCK.THREAD_CPUTIME) refuse("EINVAL");
  return clock;
}

function store(context: WasiContext, result: number, nanoseconds: bigint): void {
  if (nanoseconds < 0n) throw new Refusal(wasiErrno(Number(nanoseconds)));
  const ptr = guestPtr(result);
  context.memory.check(ptr, 8);
  context.memory.data.setBigUint64(ptr, nanoseconds, true);
}
