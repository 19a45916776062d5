/**
 * Waits for events that never come. pump_test.ts stops and continues this program.
 *
 * @module
 */

import { EventBuffer } from "../../host/pump/mod.ts";
import { TestGuest } from "../guests/pump_guest.ts";
import { Events } from "./pump_events.ts";

/** Long enough that a slow machine can stop this program in the meantime. */
const TIMEOUT_MS = 3000;

using events = new Events();
using buffer = EventBuffer.open(events.calls, events.map("ring"), new TestGuest());
console.log("waiting");
const start = performance.now();
const result = buffer.poll(1, 0, 0, 64, TIMEOUT_MS);
console.log(`${result} after ${performance.now() - start < TIMEOUT_MS ? "less than" : "the whole"} time`);
