/** A short form of `deno task soak`. */

import { assert, assertEquals } from "@std/assert";
import { soak } from "../soak/soak.ts";

const SECONDS = 20;
const EVENTS = 1_000_000;

Deno.test(`${EVENTS} events in ${SECONDS} s arrive once and in order through both buffers, and nothing grows`, async () => {
  const { sent, ring, perf, first, last } = await soak({ events: EVENTS, seconds: SECONDS });
  assertEquals({ ring, perf }, {
    ring: { delivered: sent, misplaced: 0, lost: 0 },
    perf: { delivered: sent, misplaced: 0, lost: 0 },
  });
  assertEquals([last.descriptors, last.mappings > first.mappings + 8], [first.descriptors, false]);
  assert(last.residentKib < first.residentKib + 4096, `from ${first.residentKib} to ${last.residentKib} KiB`);
});
