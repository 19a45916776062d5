import { assertEquals, assertThrows } from "@std/assert";
import { Entry, TestGuest } from "../../tests/guests/pump_guest.ts";
import {
  DATA_BYTES,
  type HandMadePerf,
  handMadePerf,
  type HandMadeRing,
  handMadeRing,
  PerfType,
} from "../../tests/doubles/hand_made_buffers.ts";
import { tableOf } from "../core/instance.ts";
import type { Pump } from "./pump.ts";

const DATA = 4096;
const MAX = 1024;
const EFAULT = -14;
const EINVAL = -22;
const GUEST_BYTES = 2 * 65536;
/** The byte that fills the test guest's memory. */
const UNTOUCHED = 0xee;

/** A record of `size` bytes. Each depends on its position and on `seed`. */
function record(size: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (seed * 31 + i * 7 + 1) & 0xff);
}

/** Makes `guest` keep a copy of each record. `answer` gives the callback's result. */
function keep(guest: TestGuest, answer: (count: number) => number = () => 0): Uint8Array[] {
  const kept: Uint8Array[] = [];
  guest.onRecord = (_context, data, size) => answer(kept.push(guest.bytes(data, size)));
  return kept;
}

function consume(ring: HandMadeRing<Pump>, callback: number = Entry.RETURNING): number {
  return ring.pump.ring_consume(callback, 0, DATA, MAX);
}

for (const weakOrder of [false, true]) {
  Deno.test(`ring_consume() delivers records of every size and touches no other byte (weak order: ${weakOrder})`, () => {
    const guest = new TestGuest();
    const ring = handMadeRing(guest, { weakOrder });
    const memory = new Uint8Array(guest.memory.buffer);
    for (let size = 0; size <= 300; size++) {
      memory.fill(UNTOUCHED, DATA - 64, DATA + MAX);
      const kept = keep(guest);
      ring.push(record(size, size));
      assertEquals(consume(ring), 1);
      assertEquals(kept, [record(size, size)]);
      assertEquals(guest.bytes(DATA - 64, 64), new Uint8Array(64).fill(UNTOUCHED));
      assertEquals(guest.bytes(DATA + size, MAX - size), new Uint8Array(MAX - size).fill(UNTOUCHED));
      assertEquals(ring.consumer, ring.producer);
    }
  });
}

Deno.test("ring_consume() delivers in order around the end, at every offset, and past position 2^32", () => {
  const guest = new TestGuest();
  for (let start = 2 ** 32 - DATA_BYTES; start <= 2 ** 32; start += 8) {
    const ring = handMadeRing(guest, { start });
    const sent = [0, 1, 64, 200, 1000].map((size, seed) => record(size, seed));
    sent.forEach((bytes) => ring.push(bytes));
    const kept = keep(guest);
    assertEquals(consume(ring), sent.length);
    assertEquals(kept, sent);
  }
});

Deno.test("ring_consume() delivers at most `max` bytes and passes their number", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest);
  for (const max of [0, 1, 7, 8, 9, 15, 16, 17, 100, 129, 299]) {
    new Uint8Array(guest.memory.buffer).fill(UNTOUCHED);
    const kept = keep(guest);
    ring.push(record(300));
    assertEquals(ring.pump.ring_consume(Entry.RETURNING, 0, DATA, max), 1);
    assertEquals(kept, [record(300).slice(0, max)]);
    assertEquals(guest.bytes(DATA + max, 300), new Uint8Array(300).fill(UNTOUCHED));
  }
});

Deno.test("ring_consume() stops at a busy record and continues when it is committed", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest);
  const kept = keep(guest);
  ring.push(record(8, 0));
  const busy = ring.push(record(8, 1), "busy");
  ring.push(record(8, 2));
  assertEquals([consume(ring), consume(ring), ring.consumer], [1, 0, busy]);
  ring.setState(busy, 8, "committed");
  assertEquals(consume(ring), 2);
  assertEquals(kept, [record(8, 0), record(8, 1), record(8, 2)]);
});

Deno.test("ring_consume() skips discarded records, even the last one", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest);
  const kept = keep(guest);
  ring.push(record(40, 0), "discarded");
  ring.push(record(16, 1));
  ring.push(record(24, 2), "discarded");
  assertEquals(consume(ring), 1);
  assertEquals(kept, [record(16, 1)]);
  assertEquals(ring.consumer, ring.producer);
});

Deno.test("ring_consume() leaves records that come during the poll to the next", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest);
  guest.onRecord = () => {
    ring.push(record(8));
    return 0;
  };
  ring.push(record(8));
  ring.push(record(8));
  assertEquals([consume(ring), consume(ring)], [2, 2]);
});

Deno.test("ring_consume() ends with a callback's negative number, with that record consumed", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest);
  const kept = keep(guest, (count) => count === 2 ? -7 : 5);
  for (let seed = 0; seed < 3; seed++) ring.push(record(8, seed));
  assertEquals([consume(ring), consume(ring), consume(ring)], [-7, 1, 0]);
  assertEquals(kept, [0, 1, 2].map((seed) => record(8, seed)));
});

Deno.test("ring_consume() passes on a trap and an exception, with that record consumed", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest);
  const kept = keep(guest);
  for (let seed = 0; seed < 3; seed++) ring.push(record(8, seed));
  assertThrows(() => consume(ring, Entry.TRAPPING), WebAssembly.RuntimeError, "unreachable");
  guest.onRecord = () => {
    throw new TypeError("exit");
  };
  assertThrows(() => consume(ring), TypeError, "exit");
  const rest = keep(guest);
  assertEquals(consume(ring), 1);
  assertEquals([kept, rest], [[record(8, 0)], [record(8, 2)]]);
});

Deno.test("ring_consume() ends after a callback that called stop()", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest);
  const kept = keep(guest, () => {
    ring.pump.stop();
    return 0;
  });
  ring.push(record(8, 0));
  ring.push(record(8, 1));
  assertEquals(consume(ring), 1);
  assertEquals(kept, [record(8, 0)]);
});

Deno.test("ring_consume() calls functions that return nothing, and an exported function through tableOf()", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest);
  const kept = keep(guest, () => -1);
  ring.push(record(8));
  ring.push(record(8));
  assertEquals(consume(ring, Entry.SILENT), 2);
  assertEquals(kept.length, 2);
  const go = handMadeRing({ memory: guest.memory, table: tableOf(guest.callback) });
  go.push(record(8));
  assertEquals([consume(go, 0), consume(go, 1)], [-1, EINVAL]);
});

Deno.test("ring_consume() returns -EINVAL for a callback of another type, with or without records", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest);
  for (const callback of [Entry.NULL, Entry.UNFIT, Entry.BEYOND, -1]) assertEquals(consume(ring, callback), EINVAL);
  ring.push(record(8));
  for (const callback of [Entry.NULL, Entry.UNFIT, Entry.BEYOND, -1]) assertEquals(consume(ring, callback), EINVAL);
  assertEquals(consume(ring), 1);
});

Deno.test("ring_consume() returns -EFAULT for a range that is not in the guest's memory", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest);
  ring.push(record(8));
  const outside = [[GUEST_BYTES, 1], [GUEST_BYTES - 8, 9], [0, GUEST_BYTES + 1], [-1, 1], [-8, 16], [16, -8], [-1, -1]];
  for (const [data = 0, max = 0] of outside) {
    assertEquals(ring.pump.ring_consume(Entry.RETURNING, 0, data, max), EFAULT);
  }
  assertEquals(ring.consumer, 0);
  assertEquals(ring.pump.ring_consume(Entry.RETURNING, 0, GUEST_BYTES - 8, 8), 1);
  ring.push(record(8));
  assertEquals(ring.pump.ring_consume(Entry.RETURNING, 0, GUEST_BYTES, 0), 1);
  ring.push(record(8));
  assertEquals(ring.pump.ring_consume(Entry.RETURNING, 0, 0, GUEST_BYTES), 1);
});

Deno.test("ring_consume() continues in memory that grows in the callback", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest);
  const kept = keep(guest);
  for (let seed = 0; seed < 3; seed++) ring.push(record(64, seed));
  assertEquals(consume(ring, Entry.GROWING), 3);
  assertEquals(kept, [0, 1, 2].map((seed) => record(64, seed)));
  assertEquals(guest.memory.buffer.byteLength, GUEST_BYTES + 3 * 65536);
});

Deno.test("ring_pending() returns 1 only when a record is available", () => {
  const guest = new TestGuest();
  const ring = handMadeRing(guest, { start: 2 ** 32 - 8 });
  assertEquals(ring.pump.ring_pending(), 0);
  const busy = ring.push(record(8), "busy");
  ring.push(record(8));
  assertEquals(ring.pump.ring_pending(), 0);
  ring.setState(busy, 8, "discarded");
  assertEquals(ring.pump.ring_pending(), 1);
  assertEquals(consume(ring), 1);
  assertEquals(ring.pump.ring_pending(), 0);
});

function consumePerf(perf: HandMadePerf<Pump>, callback: number = Entry.RETURNING, max = MAX): number {
  return perf.pump.perf_consume(callback, 0, DATA, max);
}

Deno.test("perf_consume() delivers samples around the end at every offset, whole, and touches no other byte", () => {
  const guest = new TestGuest();
  for (const size of [0, 1, 8, 60, 64, 200, 1000]) {
    for (let start = 2 ** 32 - 1024; start <= 2 ** 32; start += 8) {
      new Uint8Array(guest.memory.buffer).fill(UNTOUCHED, DATA - 64, DATA + MAX);
      const perf = handMadePerf(guest, { count: 1, start });
      const kept = keep(guest);
      const padded = perf.sample(0, record(size));
      assertEquals(consumePerf(perf), 1);
      assertEquals(kept.map((bytes) => [bytes.length, bytes.slice(0, size)]), [[padded, record(size)]]);
      assertEquals(guest.bytes(DATA - 64, 64), new Uint8Array(64).fill(UNTOUCHED));
      assertEquals(guest.bytes(DATA + padded, 16), new Uint8Array(16).fill(UNTOUCHED));
      assertEquals(perf.tail(0), perf.head(0));
    }
  }
});

Deno.test("perf_consume() walks the CPUs in turn, each up to its end when the poll began", () => {
  const guest = new TestGuest();
  const perf = handMadePerf(guest, { count: 3 });
  const sent = [0, 0, 1, 2, 2].map((cpu, seed) => {
    perf.sample(cpu, record(4, seed));
    return record(4, seed);
  });
  const kept = keep(guest, () => {
    for (const cpu of [0, 1, 2]) perf.sample(cpu, record(4, 9));
    return 0;
  });
  assertEquals([consumePerf(perf), kept], [5, sent]);
  assertEquals(perf.pump.perf_pending(), 1);
  guest.onRecord = () => 0;
  assertEquals([consumePerf(perf), perf.pump.perf_pending()], [15, 0]);
});

Deno.test("perf_consume() counts lost records and skips other types", () => {
  const guest = new TestGuest();
  // The count of the first record wraps at the end.
  const perf = handMadePerf(guest, { start: DATA_BYTES - 16 });
  const kept = keep(guest);
  perf.lost(0, 3);
  perf.push(0, PerfType.THROTTLE, new Uint8Array(24));
  perf.sample(0, record(4));
  perf.lost(1, 2 ** 33);
  assertEquals([consumePerf(perf), kept, perf.pump.lost()], [1, [record(4)], 2 ** 33 + 3]);
  assertEquals([perf.tail(0), perf.tail(1)], [perf.head(0), perf.head(1)]);
});

Deno.test("perf_consume() ends after a callback's negative number, a trap, or stop()", () => {
  const guest = new TestGuest();
  const perf = handMadePerf(guest);
  const kept = keep(guest, (count) => {
    if (count === 3) perf.pump.stop();
    return count === 1 ? -3 : 0;
  });
  for (const [seed, cpu] of [0, 0, 0, 0, 1].entries()) perf.sample(cpu, record(4, seed));
  assertEquals(consumePerf(perf), -3);
  assertThrows(() => consumePerf(perf, Entry.TRAPPING), WebAssembly.RuntimeError, "unreachable");
  assertEquals(consumePerf(perf, Entry.SILENT), 1);
  assertEquals(kept, [0, 1, 2].map((seed) => record(4, seed)));
  assertEquals(consumePerf(perf), 0);
});

Deno.test("perf_consume() checks callback, range and record sizes", () => {
  const guest = new TestGuest();
  const perf = handMadePerf(guest);
  perf.sample(0, record(300));
  assertEquals(consumePerf(perf, Entry.UNFIT), EINVAL);
  assertEquals(perf.pump.perf_consume(Entry.RETURNING, 0, -8, 16), EFAULT);
  const kept = keep(guest);
  assertEquals([consumePerf(perf, Entry.GROWING, 100), kept], [1, [record(300).slice(0, 100)]]);
  // A record that no kernel writes traps. It must not cause an endless loop.
  perf.push(1, PerfType.SAMPLE, new Uint8Array(8), 0);
  assertThrows(() => consumePerf(perf), WebAssembly.RuntimeError, "unreachable");
});
