/** Compares numbers of events exactly: the host loses no event that the kernel kept. */

import { assertEquals, assertMatch } from "@std/assert";
import { run, WASM_BPF } from "./command.ts";
import { compiled } from "./compiled.ts";
import { FiringGuest } from "./firing_guest.ts";
import { RunningExample } from "./running_example.ts";

const DIRECTORY = new URL(".", import.meta.url).pathname;
const ROUNDS = Number(Deno.env.get("EXACT_ROUNDS") ?? 5);
const PROCESSES = 500;

Deno.test("a flood: each record is delivered or counted as dropped, and delivered records are in order", async () => {
  const count = 1_000_000;
  await using producer = await compiled(`${DIRECTORY}getpgid_producer.c`);
  await using guest = new FiringGuest("overflow", [`${count}`]);
  assertEquals(await guest.line(), "attached");
  assertEquals((await run(producer.path, [`${count}`])).code, 0);
  assertMatch(await guest.line(), /^# delivered \d+, dropped \d+$/);
  for (let fact = 0; fact < 4; fact++) assertMatch(await guest.line(), /^ok /);
  assertEquals((await guest.status).code, 0);
});

const EXCHANGE = new URL("../../.build/guests/libbpf/exchange", import.meta.url).pathname;

for (const [kind, words] of Object.entries({ native: [EXCHANGE], guest: [...WASM_BPF, `${EXCHANGE}.wasm`] })) {
  Deno.test(`a counter that a BPF program increments loses no count when it is reset (${kind})`, async () => {
    const count = 1_000_000;
    await using producer = await compiled(`${DIRECTORY}getpgid_producer.c`);
    await using exchange = await RunningExample.of([...words, `${count}`]);
    assertEquals(exchange.header, "attached");
    assertEquals((await run(producer.path, [`${count}`])).code, 0);
    assertEquals(await exchange.matching(/calls/, 1), [`${count} calls, ${count} taken`]);
  });
}

Deno.test(`bootstrap shows each of ${PROCESSES} processes, start and end, ${ROUNDS} times in a row`, async () => {
  const directory = await Deno.makeTempDir();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const name = `wbx${crypto.randomUUID().slice(0, 8)}`;
      await Deno.copyFile("/bin/true", `${directory}/${name}`);
      await using bootstrap = await RunningExample.start("bootstrap");
      // Half of them run one after another, the others at once: eight shells on two processors.
      const script = `half=$(($2 / 2)); for ((i = 0; i < half; i++)); do "$1"; done; seq $half | xargs -P 8 -I{} "$1"`;
      const { code, stderr } = await run("bash", ["-c", script, "bash", `${directory}/${name}`, `${PROCESSES}`]);
      assertEquals(code, 0, stderr);
      const ends = await bootstrap.matching(new RegExp(` EXIT  ${name} `), PROCESSES);
      const starts = await bootstrap.matching(new RegExp(` EXEC  ${name} `), PROCESSES);
      assertEquals([starts.length, ends.length], [PROCESSES, PROCESSES]);
    }
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
