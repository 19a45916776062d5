/**
 * Buffers of events as the import modules use them. The pump implements them; `host/mod.ts` gives each guest a way to open them.
 *
 * @module
 */

import type { Operation } from "../../errors/mod.ts";
import type { BpfMap } from "../../ffi/mod.ts";

/** The properties of its map that a buffer uses. */
export type BufferMap = Pick<BpfMap, "fd" | "name" | "type" | "maxEntries" | "update" | "delete">;

/** The receiver of events: the guest's memory, and the table with its callbacks. */
export interface EventReceiver {
  readonly memory: WebAssembly.Memory;
  /** Any table of functions. For a guest without one, see `tableOf()` in `instance.ts`. */
  readonly table: WebAssembly.Table;
}

/** A buffer of events, open for one guest. */
export interface GuestEvents extends Disposable {
  /** The number of events that the kernel dropped so far because the buffer was full. */
  readonly lost: number;
  /**
   * Copies each event to `data` and calls the table entry `callback(context, data, size)`. Waits if there is no event.
   *
   * @param timeoutMs 0 does not wait, a negative number waits forever.
   * @returns the number of delivered events; 0 on time-out; a negative errno of Linux, or the negative number of the callback.
   */
  poll(callback: number, context: number, data: number, maxSize: number, timeoutMs: number): number;
}

/** Opens the buffer of `map`. @throws {BpfError} */
export type OpenBuffer = (map: BufferMap, receiver: EventReceiver) => GuestEvents;

/** The operation of opening the buffer of the map of this name. */
export function openBufferOperation(mapName: string): Operation {
  return { operation: "open", kind: "buffer", subject: mapName, words: `a buffer on map "${mapName}"` };
}
