/**
 * Clocks. WASI numbers its four clocks as Linux does, and guests may use further ones of Linux. The monotonic clock is the one of `bpf_ktime_get_ns()`.
 *
 * @module
 */

import { wasiErrno } from "../../errors/mod.ts";
import { LINUX_CLOCK } from "../../ffi/system/linux_numbers.ts";
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

/** Returns the number of a clock of WASI or Linux, which is the same in both. Refuses other numbers with EINVAL. */
export function checkedClock(clock: number): number {
  const known = clock >= CLOCK.REALTIME && clock <= CLOCK.THREAD_CPUTIME || isLinuxClock(clock);
  return known ? clock : refuse("EINVAL");
}

/** True for the clock of `bpf_ktime_get_boot_ns()` and others that WASI lacks. Programs compare them with times in events. */
function isLinuxClock(clock: number): boolean {
  return Object.values(LINUX_CLOCK).some((number) => number === clock);
}

function store(context: WasiContext, result: WasmPtr, nanoseconds: bigint): void {
  if (nanoseconds < 0n) throw new Refusal(wasiErrno(Number(nanoseconds)));
  const ptr = context.ptr(result);
  context.memory.check(ptr, 8);
  context.memory.data.setBigUint64(ptr, nanoseconds, true);
}
