/**
 * Clocks. WASI numbers its four clocks as Linux does. The monotonic clock is the one of `bpf_ktime_get_ns()`.
 *
 * @module
 */

import { wasiErrno } from "../../errors/mod.ts";
import type { WasmPtr } from "../core/memory.ts";
import { Refusal, refuse } from "../core/refusal.ts";
import { guardAll, type WasiContext, type WasiFunctions } from "./context.ts";
import { CLOCK } from "./types.ts";

/** `clock_res_get`, `clock_time_get`. */
export function clockFunctions(context: WasiContext): WasiFunctions {
  return {
    ...guardAll(context, {
      clock_res_get(clock: number, result: WasmPtr): void {
        store(context, result, context.clocks.resolution(checkedClock(clock)));
      },
    }),
    // A guest that reads a clock until it reaches a time expects that the kernel's changes become visible meanwhile.
    ...guardAll(context, {
      /** Ignores the requested precision, since the kernel's is better. */
      clock_time_get(clock: number, _precision: bigint, result: WasmPtr): void {
        store(context, result, context.clocks.time(checkedClock(clock)));
      },
    }, { syncs: true }),
  };
}

/** Returns a clock's number, which is the same in Linux and WASI. Refuses other numbers with EINVAL. */
export function checkedClock(clock: number): number {
  if (clock < CLOCK.REALTIME || clock > CLOCK.THREAD_CPUTIME) refuse("EINVAL");
  return clock;
}

function store(context: WasiContext, result: WasmPtr, nanoseconds: bigint): void {
  if (nanoseconds < 0n) throw new Refusal(wasiErrno(Number(nanoseconds)));
  const ptr = context.ptr(result);
  context.memory.check(ptr, 8);
  context.memory.data.setBigUint64(ptr, nanoseconds, true);
}
