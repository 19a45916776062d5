import { assertEquals, assertThrows } from "@std/assert";
import { BatchGuest, Entry } from "../../tests/guests/batch_guest.ts";
import {
  DATA_BYTES,
  handMadeBatchPerf,
  handMadeBatchRing,
  type HandMadePerf,
  type HandMadeRing,
  PerfType,
} from "../../tests/doubles/hand_made_buffers.ts";
import type { BatchPump } from "./pump.ts";

const ROOM = 4096;
const ROOM_BYTES = 4096;
/** The room needs these bytes more than the records in it, so that they can be aligned. */
const LINE = 64;
const CONTEXT = 0x1234;
const EINVAL = -28;
const CONTINUE = -2;
const NO_LIMIT = 2 ** 31 - 1;
/** The byte that fills the test guest's memory. */
const UNTOUCHED = 0xee;

/** A record of `size` bytes. Each depends on its position and on `seed`. */
function record(size: number, seed = 0): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (seed * 31 + i * 7 + 1) & 0xff);
}

/** Each test runs for guests of both widths. */
function test(name: string, run: (open: () => BatchGuest) => void): void {
  for (const bits of [32, 64] as const) Deno.test(`${name} (${bits} bits)`, () => run(() => new BatchGuest(bits)));
}

/** Makes `guest` keep a copy of each record. `answer` gives the callback's result. */
function keep(guest: BatchGuest, answer: (count: number) => number = () => 0): Uint8Array[] {
  const kept: Uint8Array[] = [];
  guest.onRecord = (context, data, size) => {
    assertEquals([context, data % 8], [CONTEXT, 0]);
    return answer(kept.push(guest.bytes(data, size)));
  };
  return kept;
}

interface Delivery {
  callback?: number;
  size?: number;
  limit?: number;
}

function deliver(guest: BatchGuest, { pump }: HandMadeRing<BatchPump>, options: Delivery = {}): number {
  const { callback = Entry.RING, size = ROOM_BYTES, limit = NO_LIMIT } = options;
  return pump.ring_deliver(guest.ptr(callback), guest.ptr(CONTEXT), guest.ptr(ROOM), guest.ptr(size), limit);
}

test("ring_deliver() delivers records of every size and touches no byte outside the room", (open) => {
  const guest = open();
  for (const weakOrder of [false, true]) {
    const ring = handMadeBatchRing(guest, { weakOrder });
    for (let size = 0; size <= 300; size++) {
      new Uint8Array(guest.memory.buffer).fill(UNTOUCHED);
      const kept = keep(guest);
      ring.push(record(size, size));
      const room = Math.ceil(size / 8) * 8 + 8 + LINE;
      assertEquals(deliver(guest, ring, { size: room }), 1);
      assertEquals(kept, [record(size, size)]);
      assertEquals(guest.bytes(ROOM - 64, 64), new Uint8Array(64).fill(UNTOUCHED));
      assertEquals(guest.bytes(ROOM + room, 64), new Uint8Array(64).fill(UNTOUCHED));
      assertEquals(ring.consumer, ring.producer);
    }
  }
});

test("ring_deliver() delivers in order around the end, at every offset, and past position 2^32", (open) => {
  const guest = open();
  for (let start = 2 ** 32 - DATA_BYTES; start <= 2 ** 32; start += 8) {
    const ring = handMadeBatchRing(guest, { start });
    const sent = [0, 1, 64, 64, 64, 200, 1000, 1000, 8].map((size, seed) => record(size, seed));
    sent.forEach((bytes) => ring.push(bytes));
    const kept = keep(guest);
    assertEquals(deliver(guest, ring), sent.length);
    assertEquals(kept, sent);
  }
});

test("ring_deliver() needs room for one record only, and tells how much it lacked", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  const sent = [8, 100, 8, 8, 200].map((size, seed) => record(size, seed));
  sent.forEach((bytes) => ring.push(bytes));
  const kept = keep(guest);
  for (const size of [0, 1, 8, LINE, LINE + 15]) assertEquals([deliver(guest, ring, { size }), ring.consumer], [0, 0]);
  assertEquals(Number(ring.pump.lacking()), 16 + LINE);
  // The record of 100 bytes ends the delivery.
  assertEquals([deliver(guest, ring, { size: 16 + LINE }), Number(ring.pump.lacking())], [1, 0]);
  assertEquals([deliver(guest, ring, { size: 16 + LINE }), Number(ring.pump.lacking())], [0, 112 + LINE]);
  assertEquals([deliver(guest, ring, { size: 112 + LINE }), Number(ring.pump.lacking())], [3, 0]);
  assertEquals([deliver(guest, ring, { size: 112 + LINE }), Number(ring.pump.lacking())], [0, 208 + LINE]);
  assertEquals([deliver(guest, ring, { size: 208 + LINE }), kept], [1, sent]);
});

test("ring_deliver() stops at a busy record and continues when it is committed", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  const kept = keep(guest);
  ring.push(record(8, 0));
  const busy = ring.push(record(8, 1), "busy");
  ring.push(record(8, 2));
  assertEquals([deliver(guest, ring), deliver(guest, ring), ring.consumer], [1, 0, busy]);
  assertEquals(Number(ring.pump.lacking()), 0);
  ring.setState(busy, 8, "committed");
  assertEquals(deliver(guest, ring), 2);
  assertEquals(kept, [record(8, 0), record(8, 1), record(8, 2)]);
});

test("ring_deliver() brings over a record whole that is committed while it delivers others", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  ring.push(record(8, 0));
  const busy = ring.push(record(8, 1), "busy");
  const kept = keep(guest, () => {
    ring.setState(busy, 8, "committed");
    return 0;
  });
  assertEquals(deliver(guest, ring), 2);
  assertEquals(kept, [record(8, 0), record(8, 1)]);
});

test("ring_deliver() skips discarded records, even the last one", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  const kept = keep(guest);
  ring.push(record(40, 0), "discarded");
  ring.push(record(16, 1));
  ring.push(record(24, 2), "discarded");
  assertEquals(deliver(guest, ring), 1);
  assertEquals(kept, [record(16, 1)]);
  assertEquals(ring.consumer, ring.producer);
});

test("ring_deliver() leaves records that come during the delivery to the next", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  guest.onRecord = () => {
    ring.push(record(8));
    return 0;
  };
  ring.push(record(8));
  ring.push(record(8));
  assertEquals([deliver(guest, ring), deliver(guest, ring)], [2, 2]);
});

test("ring_deliver() gives the space of a record back when its callback has returned", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  const consumed: number[] = [];
  keep(guest, () => {
    consumed.push(ring.consumer);
    return 0;
  });
  for (let i = 0; i < 3; i++) ring.push(record(8));
  assertEquals([deliver(guest, ring), consumed, ring.consumer], [3, [0, 16, 32], 48]);
});

test("ring_deliver() ends with a callback's negative number, with that record consumed", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  const kept = keep(guest, (count) => count === 2 ? -7 : 5);
  for (let seed = 0; seed < 3; seed++) ring.push(record(8, seed));
  assertEquals([1, 2, 3].map(() => deliver(guest, ring)), [-7, 1, 0]);
  assertEquals(kept, [0, 1, 2].map((seed) => record(8, seed)));
});

test("ring_deliver() delivers at most `limit` records and leaves the others", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  const kept = keep(guest);
  const sent = Array.from({ length: 10 }, (_, seed) => record(8, seed));
  for (const [i, bytes] of sent.entries()) ring.push(bytes, i % 3 === 0 ? "discarded" : "committed");
  assertEquals([1, 2, 2, 9].map((limit) => deliver(guest, ring, { limit })), [1, 2, 2, 1]);
  assertEquals(kept, sent.filter((_, i) => i % 3 !== 0));
  assertEquals(ring.consumer, ring.producer);
});

test("ring_deliver() passes on a trap and an exception, with the records before consumed", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  for (let seed = 0; seed < 3; seed++) ring.push(record(8, seed));
  const trap = () => deliver(guest, ring, { callback: Entry.TRAPPING });
  assertThrows(trap, WebAssembly.RuntimeError, "unreachable");
  assertEquals(ring.consumer, 0);
  let count = 0;
  guest.onRecord = () => {
    if (++count === 2) throw new TypeError("exit");
    return 0;
  };
  assertThrows(() => deliver(guest, ring), TypeError, "exit");
  const rest = keep(guest);
  assertEquals([deliver(guest, ring), rest], [2, [record(8, 1), record(8, 2)]]);
});

test("ring_deliver() ends after a callback that called stop()", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  const kept = keep(guest, () => {
    ring.pump.stop();
    return 0;
  });
  for (let seed = 0; seed < 3; seed++) ring.push(record(1000, seed));
  assertEquals(deliver(guest, ring), 1);
  assertEquals(kept, [record(1000, 0)]);
});

test("ring_deliver() is not misled by a guest that overwrites the copied headers", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  const kept: Uint8Array[] = [];
  guest.onRecord = (_context, data, size) => {
    kept.push(guest.bytes(data, size));
    new Uint8Array(guest.memory.buffer).fill(0xff, data + size);
    return 0;
  };
  for (let seed = 0; seed < 3; seed++) ring.push(record(8, seed));
  assertEquals(deliver(guest, ring), 3);
  assertEquals([kept[0], kept[1]?.length, kept[2]?.length], [record(8, 0), 8, 8]);
  assertEquals(ring.consumer, ring.producer);
});

test("ring_deliver() returns -EINVAL for a callback of another type, with or without records", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  const all = [Entry.NULL, Entry.UNFIT, Entry.SAMPLE, Entry.BEYOND, -1];
  for (const callback of all) assertEquals(deliver(guest, ring, { callback }), EINVAL);
  ring.push(record(8));
  for (const callback of all) assertEquals(deliver(guest, ring, { callback }), EINVAL);
  assertEquals(deliver(guest, ring), 1);
});

test("ring_deliver() continues in memory that grows in the callback", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  const kept = keep(guest);
  for (let seed = 0; seed < 60; seed++) ring.push(record(48, seed));
  assertEquals(deliver(guest, ring, { callback: Entry.GROWING }), 60);
  assertEquals(kept, Array.from({ length: 60 }, (_, seed) => record(48, seed)));
  assertEquals(guest.memory.buffer.byteLength, 62 * 65536);
});

test("ring_deliver() traps when the room is not in the guest's memory", (open) => {
  const guest = open();
  const ring = handMadeBatchRing(guest);
  ring.push(record(8));
  const { memory, ptr } = { memory: guest.memory, ptr: (value: number) => guest.ptr(value) };
  const end = memory.buffer.byteLength;
  const call = () => ring.pump.ring_deliver(ptr(Entry.RING), ptr(0), ptr(end - 8), ptr(1024), NO_LIMIT);
  assertThrows(call, WebAssembly.RuntimeError, "out of bounds");
  assertEquals(ring.consumer, 0);
});

interface PerfDelivery {
  sample?: number;
  lost?: number;
  event?: number;
  size?: number;
  first?: number;
  last?: number;
}

function deliverPerf(guest: BatchGuest, { pump }: HandMadePerf<BatchPump>, options: PerfDelivery = {}): number {
  const { sample = Entry.SAMPLE, lost = Entry.LOST, event = 0, size = ROOM_BYTES, first = 0, last = 2 } = options;
  const [a, b, c, context, room, bytes] = [sample, lost, event, CONTEXT, ROOM, size].map((value) => guest.ptr(value));
  if (a === undefined || b === undefined || c === undefined) throw new TypeError("unreachable");
  if (context === undefined || room === undefined || bytes === undefined) throw new TypeError("unreachable");
  return pump.perf_deliver(a, b, c, context, room, bytes, first, last);
}

/** Makes `guest` keep what its callbacks get: [cpu, data] or [cpu, number of lost records]. */
function keepPerf(guest: BatchGuest): [cpu: number, what: Uint8Array | number][] {
  const kept: [number, Uint8Array | number][] = [];
  guest.onSample = (context, cpu, data, size) => {
    assertEquals(context, CONTEXT);
    kept.push([cpu, guest.bytes(data, size)]);
  };
  guest.onLost = (context, cpu, count) => {
    assertEquals(context, CONTEXT);
    kept.push([cpu, count]);
  };
  return kept;
}

test("perf_deliver() delivers samples around the end at every offset, whole", (open) => {
  const guest = open();
  for (const size of [0, 1, 8, 60, 64, 200, 1000]) {
    for (let start = 2 ** 32 - 1024; start <= 2 ** 32; start += 8) {
      new Uint8Array(guest.memory.buffer).fill(UNTOUCHED, ROOM - 64, ROOM + ROOM_BYTES);
      const perf = handMadeBatchPerf(guest, { count: 1, start });
      const kept = keepPerf(guest);
      const padded = [0, 1, 2].map((seed) => perf.sample(0, record(size, seed)));
      const room = 3 * ((padded[0] ?? 0) + 12) + LINE;
      assertEquals(deliverPerf(guest, perf, { last: 1, size: room }), 1);
      for (const [seed, [cpu, data]] of kept.entries()) {
        assertEquals([cpu, typeof data === "number" ? data : data.slice(0, size)], [100, record(size, seed)]);
      }
      assertEquals([kept.length, perf.pump.delivered(), perf.tail(0)], [3, 3, perf.head(0)]);
      assertEquals(guest.bytes(ROOM - 64, 64), new Uint8Array(64).fill(UNTOUCHED));
      assertEquals(guest.bytes(ROOM + room, 16), new Uint8Array(16).fill(UNTOUCHED));
    }
  }
});

test("perf_deliver() walks the CPUs in turn, each up to its end when the delivery began", (open) => {
  const guest = open();
  const perf = handMadeBatchPerf(guest, { count: 3 });
  const sent = [0, 0, 2, 2].map((cpu, seed) => {
    perf.sample(cpu, record(4, seed));
    return [100 + cpu, record(4, seed)] as const;
  });
  const kept: (readonly [number, Uint8Array])[] = [];
  guest.onSample = (_context, cpu, data, size) => {
    kept.push([cpu, guest.bytes(data, size)]);
    for (const cpu of [0, 1, 2]) perf.sample(cpu, record(4, 9));
  };
  // CPU 1 had no records, so two buffers count.
  assertEquals([deliverPerf(guest, perf, { last: 3 }), kept.map(([cpu, data]) => [cpu, data])], [
    2,
    sent.map((s) => [...s]),
  ]);
  guest.onSample = () => {};
  assertEquals([perf.pump.perf_pending(), deliverPerf(guest, perf, { first: 1, last: 2 })], [1, 1]);
  assertEquals([deliverPerf(guest, perf, { last: 3 }), perf.pump.perf_pending()], [2, 0]);
});

test("perf_deliver() reports lost records in order, and calls no callback that is NULL", (open) => {
  const guest = open();
  // The count of the first record wraps at the end.
  const perf = handMadeBatchPerf(guest, { start: DATA_BYTES - 16 });
  const kept = keepPerf(guest);
  const fill = () => {
    perf.lost(0, 3);
    perf.sample(0, record(4));
    perf.lost(0, 2 ** 33);
    perf.sample(1, record(4, 1));
  };
  fill();
  assertEquals([deliverPerf(guest, perf), perf.pump.lost()], [2, 2 ** 33 + 3]);
  assertEquals(kept.splice(0), [[100, 3], [100, record(4)], [100, 2 ** 33], [101, record(4, 1)]]);
  fill();
  assertEquals([deliverPerf(guest, perf, { sample: 0, lost: 0 }), kept], [2, []]);
  assertEquals([perf.tail(0), perf.tail(1)], [perf.head(0), perf.head(1)]);
});

test("perf_deliver() ends with -1 at a record of an unknown type, like libbpf", (open) => {
  const guest = open();
  const perf = handMadeBatchPerf(guest);
  const kept = keepPerf(guest);
  perf.push(0, PerfType.THROTTLE, new Uint8Array(24));
  perf.sample(0, record(4));
  assertEquals([deliverPerf(guest, perf), kept.length], [-1, 0]);
  assertEquals([deliverPerf(guest, perf), kept], [1, [[100, record(4)]]]);
});

test("perf_deliver() traps at a record that ends behind the last one", (open) => {
  const guest = open();
  const perf = handMadeBatchPerf(guest);
  perf.push(0, PerfType.SAMPLE, new Uint8Array(24), 4000);
  assertThrows(() => deliverPerf(guest, perf), WebAssembly.RuntimeError, "unreachable");
});

test("perf_deliver() passes whole records to an event callback, which may end a buffer or the delivery", (open) => {
  const guest = open();
  const perf = handMadeBatchPerf(guest);
  const kept: [number, number][] = [];
  const answers = [CONTINUE, 0, -1, 7, CONTINUE];
  guest.onEvent = (_context, cpu, event) => {
    kept.push([cpu, guest.number(event) % 2 ** 32]);
    return answers.shift() ?? CONTINUE;
  };
  const options = { sample: 0, lost: 0, event: Entry.EVENT };
  for (let i = 0; i < 3; i++) perf.sample(0, record(4, i));
  perf.lost(1, 1);
  perf.sample(1, record(4));
  // CPU 0 ends after two records, with 0; CPU 1 ends all with -1.
  assertEquals(deliverPerf(guest, perf, options), -1);
  assertEquals(kept.splice(0), [[100, PerfType.SAMPLE], [100, PerfType.SAMPLE], [101, PerfType.LOST]]);
  assertEquals(deliverPerf(guest, perf, options), 7);
  assertEquals(deliverPerf(guest, perf, options), 1);
  assertEquals(kept, [[100, PerfType.SAMPLE], [101, PerfType.SAMPLE]]);
});

test("perf_deliver() needs room for one record only, and tells how much it lacked", (open) => {
  const guest = open();
  const perf = handMadeBatchPerf(guest);
  const kept = keepPerf(guest);
  const padded = perf.sample(0, record(4));
  const large = perf.sample(0, record(300));
  perf.sample(0, record(4));
  assertEquals([deliverPerf(guest, perf, { size: padded + 11 + LINE }), perf.tail(0)], [1, 0]);
  assertEquals(Number(perf.pump.lacking()), padded + 12 + LINE);
  assertEquals(deliverPerf(guest, perf, { size: padded + 12 + LINE }), 1);
  assertEquals([kept.length, Number(perf.pump.lacking())], [1, 0]);
  deliverPerf(guest, perf, { size: padded + 12 + LINE });
  assertEquals(Number(perf.pump.lacking()), large + 12 + LINE);
  assertEquals([deliverPerf(guest, perf, { size: large + 12 + LINE }), kept.length], [1, 3]);
});

test("perf_deliver() ends after a trap or stop(), and keeps the records of the batch after a trap", (open) => {
  const guest = open();
  const perf = handMadeBatchPerf(guest);
  for (const [seed, cpu] of [0, 0, 1].entries()) perf.sample(cpu, record(4, seed));
  guest.onSample = () => {
    throw new TypeError("exit");
  };
  assertThrows(() => deliverPerf(guest, perf), TypeError, "exit");
  assertEquals(perf.tail(0), 0);
  const kept: Uint8Array[] = [];
  guest.onSample = (_context, _cpu, data, size) => {
    kept.push(guest.bytes(data, size));
    perf.pump.stop();
  };
  assertEquals([deliverPerf(guest, perf), kept], [1, [record(4, 0)]]);
});

test("perf_deliver() checks the types of callbacks and the sizes of records", (open) => {
  const guest = open();
  const perf = handMadeBatchPerf(guest);
  perf.sample(0, record(4));
  for (const wrong of [Entry.UNFIT, Entry.BEYOND, -1]) {
    assertEquals(deliverPerf(guest, perf, { sample: wrong }), EINVAL);
    assertEquals(deliverPerf(guest, perf, { lost: wrong }), EINVAL);
    assertEquals(deliverPerf(guest, perf, { event: wrong }), EINVAL);
  }
  // A record that no kernel writes traps. It must not cause an endless loop.
  perf.push(1, PerfType.SAMPLE, new Uint8Array(8), 0);
  assertThrows(() => deliverPerf(guest, perf), WebAssembly.RuntimeError, "unreachable");
});
