import { assertEquals, assertThrows } from "@std/assert";
import { FakeTime } from "../../tests/doubles/time.ts";
import { Cancellation } from "./cancellation.ts";
import { Counters } from "./counters.ts";
import { EventLosses, type LossSource } from "./event_losses.ts";

/** Losses of a guest with one perf buffer, whose number of lost events is `lost.count`. */
function oneBuffer({ failOnLoss = false, start = 0 } = {}) {
  const lost = { count: start };
  const reports: number[] = [];
  const counters = new Counters();
  const options = { counters, cancellation: new Cancellation(), failOnLoss };
  const losses = new EventLosses({ ...options, report: (count) => reports.push(count) });
  const source: LossSource = {
    map: "events",
    kind: "perf",
    levels: { dataBytes: 4096, highWaterBytes: 2048 },
    readLost: () => lost.count,
    reportsToGuest: false,
  };
  return { losses, lost, reports, counters, beforeClose: losses.watch(source) };
}

Deno.test("EventLosses.check() reports the first loss at once, and later ones once a second", () => {
  using time = new FakeTime();
  const { losses, lost, reports } = oneBuffer();
  for (let tick = 0; tick < 25; tick++) {
    lost.count += 2;
    losses.check();
    time.tick(100);
  }
  assertEquals(reports, [2, 20, 20]);
  losses.finish();
  assertEquals(reports, [2, 20, 20, 8]);
});

Deno.test("EventLosses.check() reads the counts at most ten times a second", () => {
  using time = new FakeTime();
  const { losses, lost, counters } = oneBuffer();
  losses.check();
  lost.count = 3;
  time.tick(99);
  losses.check();
  assertEquals(counters.lost, 0);
  time.tick(1);
  losses.check();
  assertEquals(counters.lost, 3);
});

Deno.test("EventLosses does not count what a map had lost before its buffer was opened", () => {
  const { losses, lost, reports } = oneBuffer({ start: 100 });
  lost.count = 105;
  losses.finish();
  assertEquals([reports, losses.buffers.map((buffer) => buffer.lost)], [[5], [5]]);
});

Deno.test("EventLosses keeps the figures of a closed buffer", () => {
  const { losses, lost, reports, beforeClose } = oneBuffer();
  lost.count = 7;
  beforeClose();
  lost.count = 9;
  losses.finish();
  assertEquals(reports, [7]);
  assertEquals(losses.buffers, [{ map: "events", kind: "perf", sizeBytes: 4096, highWaterBytes: 2048, lost: 7 }]);
});

Deno.test("EventLosses.check() ends the guest at a loss with failOnLoss", () => {
  const { losses, lost } = oneBuffer({ failOnLoss: true });
  lost.count = 1;
  assertThrows(() => losses.check());
  assertEquals(losses.mustFail, true);
});
