/**
 * The thread of one guest of many_guests.ts.
 *
 * @module
 */

import { runGuestOn } from "../host/mod.ts";
import { openSystem } from "../ffi/mod.ts";

/** The message to a worker. */
export interface Order {
  bytes: Uint8Array<ArrayBuffer>;
  idleMs: number;
  /** The file that gets the guest's stdout. */
  output: string;
}

const O_WRONLY = 1;

addEventListener("message", (event) => {
  if (!(event instanceof MessageEvent)) return;
  const { bytes, idleMs, output }: Order = event.data;
  using system = openSystem();
  const stdout = system.calls.open(output, O_WRONLY);
  runGuestOn(bytes, { system, name: "growth1", args: ["1", `${idleMs}`], stdout });
});
