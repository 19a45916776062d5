/**
 * Instantiates the event pump, pump.wat. It is compiled once, and each buffer has its own instance.
 *
 * @module
 */

import { GuestError } from "../../errors/mod.ts";
import { instantiateEmbedded } from "../core/embedded_module.ts";
import type { EventReceiver } from "../core/event_buffers.ts";
import { PUMP_BASE64, WEAK_PUMP_BASE64 } from "./pump_bytes.ts";

/** The layout of the pump's own memory; see pump.wat. */
export interface PumpLayout {
  readonly pageSizeBytes: number;
  /** Bytes of data in the ring, or in each perf buffer: a power of two. */
  readonly dataBytes: number;
  /** The address of the first perf buffer, and the number of buffers. */
  readonly perf?: { readonly start: number; readonly count: number };
  /** True when the processor can reorder a store before earlier loads. By default the value for this machine. */
  readonly weakOrder?: boolean;
}

/** The functions of pump.wat. Pointers are wasm `i32`, signed or not. */
export interface Pump {
  stop(): void;
  ring_consume(callback: number, context: number, data: number, maxSize: number): number;
  ring_pending(): number;
  perf_consume(callback: number, context: number, data: number, maxSize: number): number;
  perf_pending(): number;
  lost(): number;
}

/**
 * An instance of the pump.
 *
 * @param memory the pump's own memory, of fixed size. Growth would end the process, because the kernel's read-only pages are in it.
 * @throws {GuestError} when the guest's table does not hold functions.
 */
export function instantiatePump(memory: WebAssembly.Memory, layout: PumpLayout, guest: EventReceiver): Pump {
  const { pageSizeBytes, dataBytes, perf, weakOrder = Deno.build.arch !== "x86_64" } = layout;
  return link(weakOrder ? WEAK_PUMP_BASE64 : PUMP_BASE64, {
    ring: {
      memory,
      page: pageSizeBytes,
      mask: dataBytes - 1,
      start: perf?.start ?? 0,
      stride: pageSizeBytes + dataBytes,
      count: perf?.count ?? 0,
    },
    guest: { memory: guest.memory, table: guest.table },
  });
}

/** @throws {GuestError} when the guest's memory or table is of a kind that the pump cannot import. */
function link(base64: string, imports: WebAssembly.Imports): Pump {
  try {
    return instantiateEmbedded<Pump>(base64, imports);
  } catch (cause) {
    if (!(cause instanceof WebAssembly.LinkError)) throw cause;
    throw new GuestError("invalid-module", "Cannot call back: the exported table does not hold functions", {
      cause,
    });
  }
}
