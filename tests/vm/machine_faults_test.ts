/** Faults of the machine: a processor that goes and comes, and a wall clock that jumps. */

import { assert, assertEquals } from "@std/assert";
import { run } from "../kernel/command.ts";
import { FiringGuest } from "../kernel/firing_guest.ts";

/** tests/vm/run.sh compiles tests/soak/producer.c. */
const PRODUCER = new URL("../../.build/vm/producer", import.meta.url).pathname;
/** The records of one run of it. */
const EACH = 500;
/** More than a guest waits, less than the clock jumps. */
const PATIENCE_MS = 60_000;

async function must(command: string, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(command, args);
  assertEquals(code, 0, stderr);
  return stdout;
}

const setOnline = (online: 0 | 1) => Deno.writeTextFileSync("/sys/devices/system/cpu/cpu1/online", String(online));

/** The time of a process on processors, in hundredths of a second. */
function ticks(pid: number): number {
  const fields = Deno.readTextFileSync(`/proc/${pid}/stat`).replace(/^.*\) /, "").split(" ");
  return Number(fields[11]) + Number(fields[12]);
}

Deno.test("records stay exact when a processor is unplugged and plugged again", async () => {
  const magic = String(0x50000000 + Deno.pid);
  await using guest = new FiringGuest("libbpf/soak", [magic]);
  assertEquals(await guest.line(), "attached");
  const send = (cpu: number) => must(PRODUCER, magic, `${cpu}`, `${EACH}`, "5000");
  await Promise.all([send(0), send(1)]);
  const during = send(0);
  setOnline(0);
  try {
    await during;
    await send(0);
  } finally {
    setOnline(1);
  }
  await Promise.all([send(0), send(1)]);
  // A poll that returned at once because of the ended event would take a whole processor.
  const [before, start] = [ticks(guest.pid), performance.now()];
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assert((ticks(guest.pid) - before) * 10 < (performance.now() - start) / 2);
  guest.kill("SIGTERM");
  assertEquals(await guest.line(), `${6 * EACH} 0 0`);
  // The kernel ends the perf events of a processor that goes, so that it writes nothing into its perf buffer afterwards.
  assertEquals(await guest.line(), `${5 * EACH} 0 0`);
});

/** Moves the wall clock during both waits of the guest. */
async function jumpWhileItWaits(guest: FiringGuest, hours: number): Promise<void> {
  for (const expected of ["poll", "sleep"]) {
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await must("date", "-s", `@${Math.round(Date.now() / 1000) + hours * 3600}`);
    const [wait, took = NaN] = (await guest.line()).split(" ");
    assertEquals(wait, expected);
    assert(Number(took) >= 5999, `${wait}: ${took} ms`);
  }
}

for (const hours of [1, -1]) {
  Deno.test(`a guest polls with a time-out and sleeps as long as it should when the wall clock jumps by ${hours} h`, async () => {
    await using guest = new FiringGuest("libbpf/waits", ["6000"]);
    assertEquals(await guest.line(), "waiting");
    const patience = setTimeout(() => guest.kill("SIGKILL"), PATIENCE_MS);
    await jumpWhileItWaits(guest, hours).finally(() => clearTimeout(patience));
  });
}
