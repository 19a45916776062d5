/**
 * Instantiates the event pump, pump.wat. It is compiled once, and each buffer has its own instance.
 *
 * @module
 */

import { GuestError } from "../../errors/mod.ts";
import { instantiateEmbedded } from "../core/embedded_module.ts";
import type { EventReceiver } from "../core/event_buffers.ts";
import type { AddressBits, WasmPtr } from "../core/memory.ts";
import {
  BATCH_PUMP_I32_BASE64,
  BATCH_PUMP_I64_BASE64,
  WEAK_BATCH_PUMP_I32_BASE64,
  WEAK_BATCH_PUMP_I64_BASE64,
} from "./batch_pump_bytes.ts";
import { PUMP_BASE64, WEAK_PUMP_BASE64 } from "./pump_bytes.ts";

/** Bytes for each perf buffer at the start of the pump's memory; see pump.wat. */
export const PERF_NOTES_BYTES = 16;

/** The room for a batch that batches.wat copies, and for its alignment. */
export const BATCH_ROOM_BYTES = 8192;

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

/** The functions of pump.wat. */
interface AnyPump {
  stop(): void;
  ring_pending(): number;
  perf_pending(): number;
  lost(): number;
  high_water(): number;
}

/** The functions of pump.wat and records.wat, for version 1 of the ABI. Pointers are wasm `i32`, signed or not. */
export interface Pump extends AnyPump {
  ring_consume(callback: number, context: number, data: number, maxSize: number): number;
  perf_consume(callback: number, context: number, data: number, maxSize: number): number;
}

/** The functions of pump.wat and batches.wat, for version 2 of the ABI. */
export interface BatchPump extends AnyPump {
  ring_deliver(callback: WasmPtr, context: WasmPtr, room: WasmPtr, sizeBytes: WasmPtr, limit: number): number;
  perf_deliver(
    sample: WasmPtr,
    lost: WasmPtr,
    event: WasmPtr,
    context: WasmPtr,
    room: WasmPtr,
    sizeBytes: WasmPtr,
    first: number,
    last: number,
  ): number;
  delivered(): number;
  lacking(): WasmPtr;
}

/**
 * An instance of the pump of version 1.
 *
 * @param memory the pump's own memory, of fixed size. Growth would end the process, because the kernel's read-only pages are in it.
 * @throws {GuestError} when the guest's table does not hold functions.
 */
export function instantiatePump(memory: WebAssembly.Memory, layout: PumpLayout, guest: EventReceiver): Pump {
  const bytes = isWeak(layout) ? WEAK_PUMP_BASE64 : PUMP_BASE64;
  return link(bytes, { ring: ringImports(memory, layout, 32), guest: guestImports(guest) });
}

/**
 * An instance of the pump of version 2.
 *
 * @param memory as that of {@link instantiatePump}, with addresses of the guest's width.
 * @throws {GuestError} when the guest's table does not hold functions.
 */
export function instantiateBatchPump(memory: WebAssembly.Memory, layout: PumpLayout, guest: EventReceiver): BatchPump {
  const bits = guest.addressBits ?? 32;
  const [strong, weak] = BATCH_PUMPS[bits];
  const imports = { ring: ringImports(memory, layout, bits), guest: guestImports(guest) };
  return link(isWeak(layout) ? weak : strong, imports);
}

const BATCH_PUMPS: Readonly<Record<AddressBits, readonly [strong: string, weak: string]>> = {
  32: [BATCH_PUMP_I32_BASE64, WEAK_BATCH_PUMP_I32_BASE64],
  64: [BATCH_PUMP_I64_BASE64, WEAK_BATCH_PUMP_I64_BASE64],
};

function isWeak({ weakOrder = Deno.build.arch !== "x86_64" }: PumpLayout): boolean {
  return weakOrder;
}

function guestImports({ memory, table }: EventReceiver): WebAssembly.ModuleImports {
  return { memory, table };
}

function ringImports(
  memory: WebAssembly.Memory,
  { pageSizeBytes, dataBytes, perf }: PumpLayout,
  bits: AddressBits,
): WebAssembly.ModuleImports {
  const pointer = bits === 64
    ? (value: number) => new WebAssembly.Global({ value: "i64" }, BigInt(value))
    : (value: number) => value;
  return {
    memory,
    page: pointer(pageSizeBytes),
    mask: pointer(dataBytes - 1),
    start: pointer(perf?.start ?? 0),
    stride: pointer(pageSizeBytes + dataBytes),
    count: perf?.count ?? 0,
  };
}

/** @throws {GuestError} when the guest's memory or table is of a kind that the pump cannot import. */
function link<P extends AnyPump>(base64: string, imports: WebAssembly.Imports): P {
  try {
    return instantiateEmbedded<P>(base64, imports);
  } catch (cause) {
    if (!(cause instanceof WebAssembly.LinkError)) throw cause;
    throw new GuestError("invalid-module", "Cannot call back: the exported table does not hold functions", {
      cause,
    });
  }
}
