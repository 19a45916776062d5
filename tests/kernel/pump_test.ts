/** The pump on the kernel's own buffers. Needs root. */

import { assertEquals } from "@std/assert";
import { EventBuffer } from "../../host/pump/mod.ts";
import { Entry, TestGuest } from "../guests/pump_guest.ts";
import { Events } from "./pump_events.ts";

const DATA = 1024;

Deno.test("EventBuffer.poll() delivers every record of a ring once, in order, around its end", () => {
  using events = new Events();
  const guest = new TestGuest();
  using buffer = EventBuffer.open(events.libc, events.map("ring"), guest);
  const numbers: number[] = [];
  guest.onRecord = (context, data, size) => {
    assertEquals([context, data, size], [7, DATA, 64]);
    numbers.push(guest.number(DATA));
    return 0;
  };
  // 256 KiB hold 3640 records of 72 bytes.
  for (let first = 0; first < 20_000; first += 2000) {
    assertEquals(events.emit("emit_ring", { count: 2000, first }), 2000);
    assertEquals(buffer.poll(Entry.RETURNING, 7, DATA, 4096, 0), 2000);
  }
  assertEquals(numbers, Array.from({ length: 20_000 }, (_, i) => i));
  assertEquals(buffer.poll(Entry.RETURNING, 7, DATA, 4096, 0), 0);
});
