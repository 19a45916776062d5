/** Tests the buffers of version 2 on the kernel's own buffers, for guests of both widths. Needs root. */

import { assert, assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { BpfError } from "../../errors/mod.ts";
import { outputEvent } from "../../ffi/libbpf/perf_buffer.ts";
import { openWakeDescriptor } from "../../ffi/system/epoll.ts";
import type { GuestCallback, PerfCallbacks, Room } from "../../host/core/event_buffers.ts";
import { PerCpuBuffers } from "../../host/pump/perf_buffers.ts";
import { BATCH_ROOM_BYTES } from "../../host/pump/pump.ts";
import { RingBuffers } from "../../host/pump/ring_buffers.ts";
import { BatchGuest, Entry } from "../guests/batch_guest.ts";
import { type EmitterName, Events } from "./pump_events.ts";
import type { Order } from "./pump_worker.ts";

const ROOM = 4096;
const CONTEXT = 7;
const PAGES = 64;
const EINVAL = -28;
const EINTR = -27;
const EBUSY = -10;
const EMSGSIZE = -35;
const NO_LIMIT = 2 ** 31 - 1;

/** Each test runs for guests of both widths. */
function test(name: string, run: (events: Events, guest: BatchGuest) => void | Promise<void>): void {
  for (const bits of [32, 64] as const) {
    Deno.test(`${name} (${bits} bits)`, async () => {
      using events = new Events();
      await run(events, new BatchGuest(bits));
    });
  }
}

function room(guest: BatchGuest, sizeBytes = 65536): Room {
  return { at: guest.ptr(ROOM), sizeBytes: guest.ptr(sizeBytes) };
}

function callback(guest: BatchGuest, index: number = Entry.RING): GuestCallback {
  return { index: guest.ptr(index), context: guest.ptr(CONTEXT) };
}

function openRing(events: Events, guest: BatchGuest, options: { wakeFd?: number } = {}): RingBuffers {
  const rings = new RingBuffers(events.calls, guest, options);
  rings.add(events.map("ring"), callback(guest));
  return rings;
}

function openPerf(events: Events, guest: BatchGuest, callbacks: Partial<PerfCallbacks> = {}): PerCpuBuffers {
  const all = {
    sample: guest.ptr(Entry.SAMPLE),
    lost: guest.ptr(Entry.LOST),
    event: guest.ptr(0),
    context: guest.ptr(CONTEXT),
    ...callbacks,
  };
  const receiver = { memory: guest.memory, table: guest.table, addressBits: guest.addressBits, callbacks: all };
  return new PerCpuBuffers(events.calls, events.map("perf"), receiver, { pages: PAGES });
}

/** Makes `guest` note the number of each record. `answer` gives the callback's result. */
function noteNumbers(guest: BatchGuest, answer: (count: number) => number = () => 0): number[] {
  const numbers: number[] = [];
  guest.onRecord = (context, data) => {
    assertEquals([context, data % 8], [CONTEXT, 0]);
    return answer(numbers.push(guest.number(data)));
  };
  return numbers;
}

function upTo(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

function produce(events: Events, program: EmitterName, order: Pick<Order, "count" | "discard">): Worker {
  const name: Order = { ...order, fd: events.programFd(program), path: events.libraryPath };
  return new Worker(new URL("pump_worker.ts", import.meta.url).href, { type: "module", name: JSON.stringify(name) });
}

test("RingBuffers.poll() delivers 65,536 records once, in order, around the end", (events, guest) => {
  using rings = openRing(events, guest);
  const numbers = noteNumbers(guest);
  // 256 KiB hold 3640 records of 72 bytes.
  for (let first = 0; first < 65536; first += 2048) {
    assertEquals(events.emit("emit_ring", { count: 2048, first }), 2048);
    assertEquals(rings.poll(room(guest), 0), 2048);
  }
  assertEquals(numbers, upTo(65536));
  assertEquals(rings.poll(room(guest), 0), 0);
});

test("RingBuffers.poll() delivers records of every size, and those that a full ring kept", (events, guest) => {
  using rings = openRing(events, guest);
  const numbers = noteNumbers(guest);
  for (const size of [8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1000, 4095, 4096]) {
    const sent = events.emit("emit_ring", { count: 100_000, size });
    assertEquals(sent, Math.floor((256 * 1024 - 1) / (Math.ceil((size + 8) / 8) * 8)));
    assertEquals(rings.poll(room(guest), 0), sent);
    assertEquals(numbers.splice(0), upTo(sent));
  }
});

test(
  "RingBuffers.poll() returns EMSGSIZE for a record that is larger than the room, and tells how much it needs",
  (events, guest) => {
    using rings = openRing(events, guest);
    const numbers = noteNumbers(guest);
    events.emit("emit_ring", { count: 2, size: 64 });
    events.emit("emit_ring", { count: 1, size: 4096, first: 2 });
    assertEquals(rings.poll(room(guest, 1024), 1000), 2);
    assertEquals(rings.poll(room(guest, 1024), 1000), EMSGSIZE);
    assertEquals([numbers.length, rings.roomBytes], [2, BATCH_ROOM_BYTES]);
    assertEquals(rings.poll(room(guest, rings.roomBytes), 1000), 1);
    assertEquals([numbers, rings.roomBytes], [[0, 1, 2], BATCH_ROOM_BYTES]);
  },
);

test("RingBuffers.poll() returns a callback's negative number, and the next poll continues", (events, guest) => {
  using rings = openRing(events, guest);
  const numbers = noteNumbers(guest, (count) => count % 100 === 0 ? EMSGSIZE : 0);
  events.emit("emit_ring", { count: 250 });
  assertEquals([1, 2, 3, 4].map(() => rings.poll(room(guest), 0)), [EMSGSIZE, EMSGSIZE, 50, 0]);
  // This EMSGSIZE is the callback's, so that no larger room is needed.
  assertEquals([numbers, rings.roomBytes], [upTo(250), BATCH_ROOM_BYTES]);
});

test("RingBuffers.consume() takes a limit, over all rings", (events, guest) => {
  using rings = openRing(events, guest);
  rings.add(events.map("large_ring"), callback(guest));
  const numbers = noteNumbers(guest);
  events.emit("emit_ring", { count: 5 });
  events.emit("emit_large_ring", { count: 5, first: 100 });
  assertEquals([0, 3, 4].map((limit) => rings.consume(room(guest), limit)), [0, 3, 4]);
  assertEquals(numbers, [0, 1, 2, 3, 4, 100, 101]);
  assertEquals(rings.rings[1]?.consume(room(guest), 2), 2);
  assertEquals([rings.consume(room(guest), NO_LIMIT), rings.poll(room(guest), 0)], [1, 0]);
});

test("RingBuffers tells positions as libbpf does, also in a callback", (events, guest) => {
  using rings = openRing(events, guest);
  const [ring] = rings.rings;
  assert(ring);
  const seen: [bigint, bigint][] = [];
  guest.onRecord = () => {
    seen.push([ring.consumerPosition, ring.producerPosition]);
    return 0;
  };
  events.emit("emit_ring", { count: 3 });
  assertEquals([ring.consumerPosition, ring.producerPosition, ring.dataBytes], [0n, 3n * 72n, 256 * 1024]);
  assertEquals(rings.poll(room(guest), 0), 3);
  assertEquals(seen, [[0n, 216n], [72n, 216n], [144n, 216n]]);
  assertEquals([ring.consumerPosition, ring.producerPosition], [216n, 216n]);
});

test("RingBuffers.poll() leaves events that its callbacks cause to the next poll", (events, guest) => {
  using rings = openRing(events, guest);
  guest.onRecord = () => {
    events.emit("emit_ring", { count: 2 });
    return 0;
  };
  events.emit("emit_ring", { count: 1 });
  assertEquals([1, 2, 3].map(() => rings.poll(room(guest), 1000)), [1, 2, 4]);
});

test("RingBuffers.poll() is woken by a record from another CPU, every time", async (events, guest) => {
  using rings = openRing(events, guest);
  const numbers = noteNumbers(guest);
  const worker = produce(events, "emit_ring", { count: 2000 });
  // The producer needs time to start.
  let delivered = rings.poll(room(guest), 60_000);
  while (delivered < 2000) {
    const start = performance.now();
    const result = rings.poll(room(guest), 5000);
    // After a missed wakeup, the record would have come at the end of the wait.
    assertLess(performance.now() - start, 4000, `missed the wakeup after record ${delivered}`);
    assertGreater(result, 0);
    delivered += result;
  }
  worker.terminate();
  await Promise.resolve();
  assertEquals(numbers, upTo(2000));
});

test(
  "RingBuffers.poll() waits no longer than the time-out, and ends when the wake descriptor says so",
  (events, guest) => {
    const wakeFd = openWakeDescriptor(events.calls);
    try {
      using rings = openRing(events, guest, { wakeFd });
      const start = performance.now();
      assertEquals(rings.poll(room(guest), 100), 0);
      assertGreater(performance.now() - start, 99);
      events.calls.write(wakeFd, new Uint8Array([1, 0, 0, 0, 0, 0, 0, 0]));
      assertEquals(rings.poll(room(guest), -1), EINTR);
    } finally {
      events.calls.close(wakeFd);
    }
  },
);

test("RingBuffers' own callback may not poll it, and may close it", (events, guest) => {
  const rings = openRing(events, guest);
  const inside: number[] = [];
  const numbers = noteNumbers(guest, (count) => {
    inside.push(rings.poll(room(guest), 0), rings.rings[0]?.consume(room(guest), 1) ?? 0);
    if (count === 2) rings[Symbol.dispose]();
    return 0;
  });
  events.emit("emit_ring", { count: 5 });
  assertEquals([rings.poll(room(guest), 0), inside, numbers], [2, [EBUSY, EBUSY, EBUSY, EBUSY], [0, 1]]);
  assertEquals(rings.poll(room(guest), 0), EINVAL);
});

test("RingBuffers and PerCpuBuffers whose callbacks poll each other are -EBUSY for the outer one", (events, guest) => {
  using rings = openRing(events, guest);
  using perf = openPerf(events, guest);
  const results: number[] = [];
  // The bytes that are delivered are in the room, so that an inner poll has another one.
  const inner = { at: guest.ptr(ROOM + 65536), sizeBytes: guest.ptr(65536) };
  noteNumbers(guest, () => {
    results.push(perf.poll(inner, 0));
    return 0;
  });
  guest.onSample = () => results.push(rings.poll(inner, 0));
  events.emit("emit_ring", { count: 2 });
  events.emit("emit_perf", { count: 3, cpu: 0 });
  assertEquals(rings.poll(room(guest), 0), 2);
  assertEquals(results, [EBUSY, EBUSY, EBUSY, 1, 0]);
});

test("RingBuffers.add() refuses other maps and callbacks of another type", (events, guest) => {
  using rings = new RingBuffers(events.calls, guest);
  assertThrows(() => rings.add(events.map("perf"), callback(guest)), BpfError, "EINVAL");
  rings.add(events.map("ring"), callback(guest, Entry.UNFIT));
  assertEquals(rings.poll(room(guest), 0), EINVAL);
});

test(
  "PerCpuBuffers delivers samples of each CPU in order, and counts lost ones where they were lost",
  (events, guest) => {
    using perf = openPerf(events, guest);
    const numbers: number[][] = [[], []];
    const lost: [cpu: number, after: number, count: number][] = [];
    guest.onSample = (context, cpu, data, size) => {
      assertEquals([context, size], [CONTEXT, 68]);
      numbers[cpu]?.push(guest.number(data));
    };
    guest.onLost = (_context, cpu, count) => lost.push([cpu, numbers[cpu]?.length ?? 0, count]);
    for (const cpu of [0, 1]) {
      const sent = events.emit("emit_perf", { count: 10_000, cpu });
      // The buffer is full. The kernel reports the lost records before the next one.
      assertLess(sent, 10_000);
      assertEquals(perf.poll(room(guest), 0), 1);
      assertEquals(events.emit("emit_perf", { count: 1, first: 10_000, cpu }), 1);
      assertEquals(perf.poll(room(guest), 0), 1);
      assertEquals(numbers[cpu], [...upTo(sent), 10_000]);
      assertEquals(lost.splice(0), [[cpu, sent, 10_000 - sent]]);
    }
    assertEquals(perf.delivered, (numbers[0]?.length ?? 0) + (numbers[1]?.length ?? 0));
    assertGreater(perf.lost, 0);
  },
);

test("PerCpuBuffers delivers 65,536 samples once, in order, through a small room", (events, guest) => {
  using perf = openPerf(events, guest);
  const numbers: number[] = [];
  guest.onSample = (_context, _cpu, data) => numbers.push(guest.number(data));
  for (let first = 0; first < 65536; first += 2048) {
    assertEquals(events.emit("emit_perf", { count: 2048, first, cpu: 0 }), 2048);
    while (perf.poll(room(guest, 512), 0) > 0);
  }
  assertEquals(numbers, upTo(65536));
});

test("PerCpuBuffers returns the number of buffers with records, and those of one buffer", (events, guest) => {
  using perf = openPerf(events, guest);
  guest.onSample = () => {};
  for (const cpu of [0, 1]) events.emit("emit_perf", { count: 3, cpu });
  assertEquals([perf.consume(room(guest), 1), perf.delivered], [1, 3]);
  assertEquals([perf.poll(room(guest), 0), perf.delivered, perf.poll(room(guest), 0)], [1, 6, 0]);
  assertEquals(perf.fds.length, 2);
});

test("PerCpuBuffers passes whole records to an event callback", (events, guest) => {
  using perf = openPerf(events, guest, { sample: guest.ptr(0), lost: guest.ptr(0), event: guest.ptr(Entry.EVENT) });
  const types: number[] = [];
  guest.onEvent = (_context, _cpu, event) => {
    const [type = 0] = new Uint32Array(guest.bytes(event, 4).buffer);
    return types.push(type) === 2 ? -1 : -2;
  };
  events.emit("emit_perf", { count: 3, cpu: 0 });
  assertEquals([1, 2, 3].map(() => perf.poll(room(guest), 0)), [-1, 1, 0]);
  assertEquals(types, [9, 9, 9]);
});

test("PerCpuBuffers wakes only after as many records as the period says", (events, guest) => {
  const callbacks = { sample: guest.ptr(Entry.SAMPLE), lost: guest.ptr(0), event: guest.ptr(0), context: guest.ptr(0) };
  const receiver = { memory: guest.memory, table: guest.table, addressBits: guest.addressBits, callbacks };
  const options = { pages: PAGES, event: outputEvent(3), cpus: [{ cpu: 0, key: 0 }] };
  using perf = new PerCpuBuffers(events.calls, events.map("perf"), receiver, options);
  let delivered = 0;
  guest.onSample = () => delivered++;
  assertEquals(perf.poll(room(guest), 50), 0);
  events.emit("emit_perf", { count: 3, cpu: 0 });
  assertEquals([perf.poll(room(guest), 1000), delivered, perf.fds.length], [1, 3, 1]);
  // The map has no event for the other CPU.
  assertEquals(events.emit("emit_perf", { count: 3, cpu: 1 }), 0);
});

test("PerCpuBuffers refuses other maps, and numbers of pages that are no power of two", (events, guest) => {
  const callbacks = { sample: guest.ptr(0), lost: guest.ptr(0), event: guest.ptr(0), context: guest.ptr(0) };
  const receiver = { memory: guest.memory, table: guest.table, addressBits: guest.addressBits, callbacks };
  for (const [map, pages] of [["ring", 8], ["perf", 0], ["perf", 3]] as const) {
    const open = () => new PerCpuBuffers(events.calls, events.map(map), receiver, { pages });
    assertThrows(open, BpfError, "EINVAL");
  }
});
