/** Tests the pump on the kernel's own buffers. Needs root. */

import { assertEquals, assertGreater, assertLess, assertThrows } from "@std/assert";
import { BpfError } from "../../errors/mod.ts";
import { openWakeDescriptor } from "../../ffi/system/epoll.ts";
import { EventBuffer } from "../../host/pump/mod.ts";
import { Entry, TestGuest } from "../guests/pump_guest.ts";
import { type EmitterName, Events } from "./pump_events.ts";
import type { Order } from "./pump_worker.ts";

const DATA = 1024;
const ENOENT = -2;
const EINTR = -4;
const EBUSY = -16;

/** Makes `guest` note the number of each record. */
function noteNumbers(guest: TestGuest): number[] {
  const numbers: number[] = [];
  guest.onRecord = (_context, data) => {
    numbers.push(guest.number(data));
    return 0;
  };
  return numbers;
}

/** Starts a producer on another thread. */
function produce(events: Events, program: EmitterName, order: Pick<Order, "count" | "discard">): Worker {
  const name: Order = { ...order, fd: events.programFd(program), path: events.libraryPath };
  return new Worker(new URL("pump_worker.ts", import.meta.url).href, { type: "module", name: JSON.stringify(name) });
}

function upTo(count: number, first = 0): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

Deno.test("EventBuffer.poll() delivers every record of a ring once, in order, around its end", () => {
  using events = new Events();
  const guest = new TestGuest();
  using buffer = EventBuffer.open(events.calls, events.map("ring"), guest);
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
  assertEquals(numbers, upTo(20_000));
  assertEquals(buffer.poll(Entry.RETURNING, 7, DATA, 4096, 0), 0);
});

Deno.test("EventBuffer.poll() delivers records of every size, and those that a full ring kept", () => {
  using events = new Events();
  const guest = new TestGuest();
  using buffer = EventBuffer.open(events.calls, events.map("ring"), guest);
  const numbers = noteNumbers(guest);
  for (const size of [8, 9, 15, 16, 17, 63, 64, 65, 127, 128, 129, 1000, 4095, 4096]) {
    const sent = events.emit("emit_ring", { count: 100_000, size });
    assertEquals(sent, Math.floor((256 * 1024 - 1) / (Math.ceil((size + 8) / 8) * 8)));
    assertEquals(buffer.poll(Entry.SILENT, 0, DATA, 4096, 0), sent);
    assertEquals(numbers.splice(0), upTo(sent));
  }
});

Deno.test("EventBuffer.poll() skips discarded records without counting them", () => {
  using events = new Events();
  const guest = new TestGuest();
  using buffer = EventBuffer.open(events.calls, events.map("ring"), guest);
  const numbers = noteNumbers(guest);
  assertEquals(events.emit("emit_ring", { count: 9, discard: 3 }), 6);
  assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, 0), 6);
  assertEquals(numbers, [0, 1, 3, 4, 6, 7]);
  // With discarded records only, the poll waits for the whole time.
  assertEquals(events.emit("emit_ring", { count: 3, discard: 1 }), 0);
  const start = performance.now();
  assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, 50), 0);
  assertGreater(performance.now() - start, 49);
});

Deno.test("EventBuffer.poll() leaves events that its callbacks cause to the next poll", () => {
  using events = new Events();
  const guest = new TestGuest();
  using buffer = EventBuffer.open(events.calls, events.map("ring"), guest);
  guest.onRecord = () => {
    events.emit("emit_ring", { count: 2 });
    return 0;
  };
  events.emit("emit_ring", { count: 1 });
  assertEquals([1, 2, 3].map(() => buffer.poll(Entry.RETURNING, 0, DATA, 64, 1000)), [1, 2, 4]);
});

Deno.test("EventBuffer.poll() gives each record's room back before its callback returns", () => {
  using events = new Events();
  const guest = new TestGuest();
  using buffer = EventBuffer.open(events.calls, events.map("ring"), guest);
  const full = events.emit("emit_ring", { count: 100_000 });
  let refilled = 0;
  guest.onRecord = () => {
    refilled += events.emit("emit_ring", { count: 1 });
    return 0;
  };
  assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, 0), full);
  assertEquals(refilled, full);
});

Deno.test("EventBuffer.poll() waits without using the CPU, and no longer than the time-out", () => {
  using events = new Events();
  for (const map of ["ring", "perf"]) {
    using buffer = EventBuffer.open(events.calls, events.map(map), new TestGuest());
    // The first poll compiles code, which takes long on a slow machine.
    assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, 0), 0);
    const start = performance.now();
    const before = cpuTicks();
    assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, 300), 0);
    const waited = performance.now() - start;
    assertGreater(waited, 299);
    assertLess(waited, 3000);
    // A loop would take 30. An emulated machine needs some for the wait itself.
    assertLess(cpuTicks() - before, 10);
  }
});

Deno.test("EventBuffer.poll() is woken by a record from another CPU, every time", () => {
  using events = new Events();
  for (const map of ["ring", "perf"]) {
    const guest = new TestGuest();
    using buffer = EventBuffer.open(events.calls, events.map(map), guest);
    const worker = produce(events, map === "ring" ? "emit_ring" : "emit_perf", { count: 2000 });
    // The producer needs time to start.
    let delivered = buffer.poll(Entry.SILENT, 0, DATA, 64, 60_000);
    while (delivered < 2000) {
      const start = performance.now();
      const result = buffer.poll(Entry.SILENT, 0, DATA, 64, 5000);
      // After a missed wakeup, the record would have come at the end of the wait.
      assertLess(performance.now() - start, 4000, `${map}: missed the wakeup after record ${delivered}`);
      assertGreater(result, 0);
      delivered += result;
    }
    worker.terminate();
    assertEquals(delivered, 2000);
  }
});

Deno.test("EventBuffer.poll() returns in time although discarded records wake it all the time", () => {
  using events = new Events();
  using buffer = EventBuffer.open(events.calls, events.map("ring"), new TestGuest());
  const worker = produce(events, "emit_ring", { count: 60_000, discard: 1 });
  for (let i = 0; i < 10; i++) {
    const start = performance.now();
    assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, 200), 0);
    const waited = performance.now() - start;
    assertGreater(waited, 199);
    assertLess(waited, 1500);
  }
  worker.terminate();
});

Deno.test("EventBuffer.poll() continues to wait after the process was stopped", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", new URL("pump_sleeper.ts", import.meta.url).pathname],
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader.read()).value, "waiting\n");
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill("SIGSTOP");
  while (!/\) T /.test(Deno.readTextFileSync(`/proc/${child.pid}/stat`))) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill("SIGCONT");
  assertEquals((await reader.read()).value, "0 after the whole time\n");
  assertEquals((await child.status).code, 0);
  await reader.cancel();
});

Deno.test("EventBuffer.poll() may be called from a callback for another buffer, not for the same", () => {
  using events = new Events();
  const guest = new TestGuest();
  using ring = EventBuffer.open(events.calls, events.map("ring"), guest);
  using perf = EventBuffer.open(events.calls, events.map("perf"), guest);
  events.emit("emit_ring", { count: 2 });
  events.emit("emit_perf", { count: 3 });
  const inner: number[] = [];
  guest.onRecord = (context) => {
    if (context === 1) {
      inner.push(ring.poll(Entry.RETURNING, 1, DATA, 64, 0), perf.poll(Entry.RETURNING, 2, DATA, 64, 0));
    }
    return 0;
  };
  assertEquals(ring.poll(Entry.RETURNING, 1, DATA, 64, 0), 2);
  assertEquals(inner, [EBUSY, 3, EBUSY, 0]);
});

Deno.test("EventBuffer.poll() of two buffers whose callbacks poll each other is -EBUSY for the outer one", () => {
  using events = new Events();
  const guest = new TestGuest();
  using ring = EventBuffer.open(events.calls, events.map("ring"), guest);
  using perf = EventBuffer.open(events.calls, events.map("perf"), guest);
  events.emit("emit_ring", { count: 2 });
  events.emit("emit_perf", { count: 3 });
  const results: number[] = [];
  // Context 1 is that of the ring buffer.
  guest.onRecord = (context) => {
    const other = context === 1 ? perf : ring;
    results.push(other.poll(Entry.RETURNING, 3 - context, DATA, 64, 0));
    return 0;
  };
  assertEquals(ring.poll(Entry.RETURNING, 1, DATA, 64, 0), 2);
  assertEquals(results, [EBUSY, EBUSY, EBUSY, 3, 0]);
});

Deno.test("EventBuffer.poll() throws a callback's trap, and the next poll delivers the rest", () => {
  using events = new Events();
  for (const [map, program] of [["ring", "emit_ring"], ["perf", "emit_perf"]] as const) {
    const guest = new TestGuest();
    using buffer = EventBuffer.open(events.calls, events.map(map), guest);
    const numbers = noteNumbers(guest);
    events.emit(program, { count: 3, cpu: 0 });
    assertThrows(() => buffer.poll(Entry.TRAPPING, 0, DATA, 64, 0), WebAssembly.RuntimeError, "unreachable");
    assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, -1), 2);
    assertEquals(numbers, [0, 1, 2]);
  }
});

Deno.test("EventBuffer.poll() ends a wait when the wake descriptor is readable", () => {
  using events = new Events();
  const wakeFd = openWakeDescriptor(events.calls);
  for (const map of ["ring", "perf"]) {
    const guest = new TestGuest();
    using buffer = EventBuffer.open(events.calls, events.map(map), guest, { wakeFd });
    assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, 10), 0);
    events.calls.write(wakeFd, new Uint8Array(new BigUint64Array([1n]).buffer));
    assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, -1), EINTR);
    assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, -1), EINTR);
    // Records that are already there are delivered nevertheless.
    const program = map === "ring" ? "emit_ring" : "emit_perf";
    assertEquals(events.emit(program, { count: 3 }), 3);
    assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, -1), 3);
    events.calls.read(wakeFd, new Uint8Array(8));
    assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, 10), 0);
  }
  events.calls.close(wakeFd);
});

Deno.test("EventBuffer.poll() delivers the perf records of every CPU once, in order, around the ends", () => {
  using events = new Events();
  const guest = new TestGuest();
  using buffer = EventBuffer.open(events.calls, events.map("perf"), guest, { perfBufferBytes: 16384 });
  const numbers = noteNumbers(guest);
  for (const size of [8, 12, 64, 100, 1000, 3000]) {
    const count = Math.floor(15000 / (size + 24));
    for (let round = 0; round < 20; round++) {
      for (let cpu = 0; cpu < navigator.hardwareConcurrency; cpu++) {
        assertEquals(events.emit("emit_perf", { count, size, first: cpu * 1000, cpu }), count);
      }
      assertEquals(
        buffer.poll(Entry.RETURNING, 0, DATA, 4096, 0),
        count * navigator.hardwareConcurrency,
      );
      assertEquals(
        numbers.splice(0),
        upTo(navigator.hardwareConcurrency).flatMap((cpu) => upTo(count, cpu * 1000)),
      );
    }
  }
  assertEquals(buffer.lost, 0);
});

Deno.test("EventBuffer.poll() copies perf records whole, around the end of the pages too", () => {
  using events = new Events();
  const guest = new TestGuest();
  using buffer = EventBuffer.open(events.calls, events.map("perf"), guest, { perfBufferBytes: 4096 });
  const expected = new Uint8Array(1000);
  for (let i = 8; i < 1000; i++) expected[i] = i & 0xff;
  events.fillScratch(expected);
  let delivered = 0;
  guest.onRecord = (_context, data, size) => {
    // The kernel rounds the size up, so that data and its 4-byte size are a multiple of 8 bytes, and leaves the rest unwritten.
    assertEquals(size, 1004);
    expected[0] = delivered & 0xff;
    expected[1] = delivered >> 8;
    assertEquals(guest.bytes(data, 1000), expected);
    delivered++;
    return 0;
  };
  for (let first = 0; first < 300; first++) {
    assertEquals(events.emit("emit_perf", { count: 1, size: 1000, first, cpu: 0 }), 1);
    assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 4096, 0), 1);
  }
  assertEquals(delivered, 300);
});

Deno.test("EventBuffer counts the perf records that the kernel dropped", () => {
  using events = new Events();
  const guest = new TestGuest();
  using buffer = EventBuffer.open(events.calls, events.map("perf"), guest, {
    perfBufferBytes: 4096,
  });
  const sent = events.emit("emit_perf", { count: 100, cpu: 0 });
  assertLess(sent, 100);
  assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, 0), sent);
  // The kernel reports the number of dropped records with the next record for which it has room.
  assertEquals(events.emit("emit_perf", { count: 1, cpu: 0 }), 1);
  assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, 0), 1);
  assertEquals(buffer.lost, 100 - sent);
});

Deno.test("EventBuffer leaves no descriptor and no mapping behind, even when disposed in its callback", () => {
  using events = new Events();
  // The first buffer opens resources that stay for the whole process.
  EventBuffer.open(events.calls, events.map("ring"), new TestGuest())[Symbol.dispose]();
  for (const [map, program] of [["ring", "emit_ring"], ["perf", "emit_perf"]] as const) {
    const before = resources();
    for (let i = 0; i < 3; i++) {
      const guest = new TestGuest();
      const buffer = EventBuffer.open(events.calls, events.map(map), guest);
      assertGreater(resources().mappings, before.mappings);
      assertGreater(resources().descriptors, before.descriptors);
      assertEquals(events.emit(program, { count: 5, cpu: 0 }), 5);
      guest.onRecord = () => {
        buffer[Symbol.dispose]();
        return 0;
      };
      // Delivery ends after the callback that disposed the buffer, although there are more records.
      assertEquals(buffer.poll(Entry.RETURNING, 0, DATA, 64, -1), 1);
      assertThrows(() => buffer.poll(Entry.RETURNING, 0, DATA, 64, 0), TypeError, "closed");
    }
    assertEquals(resources(), before);
    // The map has no event either.
    const key = new Uint8Array(4);
    if (map === "perf") assertEquals(events.map("perf").delete(key, 0, 0), ENOENT);
  }
});

Deno.test("EventBuffer.open() refuses a map that is not a buffer", () => {
  using events = new Events();
  const error = assertThrows(
    () => EventBuffer.open(events.calls, events.map("scratch"), new TestGuest()),
    BpfError,
    'Cannot open a buffer on map "scratch"',
  );
  assertEquals(error.code, "EINVAL");
});

function resources(): { descriptors: number; mappings: number } {
  return {
    descriptors: [...Deno.readDirSync("/proc/self/fd")].length,
    mappings: Deno.readTextFileSync("/proc/self/maps").split("\n")
      .filter((line) => /bpf-map|perf_event/.test(line)).length,
  };
}

/** The CPU time of this thread, in ticks of 10 ms. V8 has other threads, which may be compiling. */
function cpuTicks(): number {
  const fields = Deno.readTextFileSync("/proc/thread-self/stat").split(") ")[1]?.split(" ") ?? [];
  return Number(fields[11]) + Number(fields[12]);
}
