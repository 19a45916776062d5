/** Lost events: the counts of ring buffers, the messages, and the options about buffers. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { assertOneLine, run, runWasmBpf, testGuest, WASM_BPF } from "./command.ts";

const LOSSES = testGuest("libbpf/losses");
/** The ring has 4 KiB, and a record takes 64 bytes of it. */
const FITTING = 63;

Deno.test("a ring buffer of COUNTED_RINGBUF() counts each lost record, and the host reports them", async () => {
  assertEquals(await runWasmBpf([LOSSES, String(FITTING + 37)]), {
    code: 0,
    stdout: `${FITTING} of ${FITTING + 37} records, 0 misplaced\n`,
    stderr: "wasm-bpf: Lost 37 events (ring buffer events, 4KiB: try --buffer-size 16KiB)\n" +
      "wasm-bpf: Lost 37 events in all\n",
  });
});

Deno.test("a ring buffer that loses nothing gives no message", async () => {
  const finished = await runWasmBpf([LOSSES, String(FITTING)]);
  assertEquals(finished, { code: 0, stdout: `${FITTING} of ${FITTING} records, 0 misplaced\n`, stderr: "" });
});

Deno.test("the object of a counting ring buffer is an ordinary one for native programs", async () => {
  const native = await run(LOSSES.replace(".wasm", ""), ["100"]);
  assertEquals(native, { code: 0, stdout: `${FITTING} of 100 records, 0 misplaced\n`, stderr: "" });
});

Deno.test("--buffer-size enlarges ring buffers, all or the named one", async () => {
  for (const size of ["16KiB", "events=16KiB"]) {
    const finished = await runWasmBpf(["--buffer-size", size, LOSSES, "255"]);
    assertEquals(finished, { code: 0, stdout: "255 of 255 records, 0 misplaced\n", stderr: "" });
  }
});

Deno.test("--buffer-size names the maps that no buffer has", async () => {
  const { code, stderr } = await runWasmBpf(["--buffer-size", "event=16KiB", LOSSES, "1"]);
  assertEquals([code, stderr], [0, 'wasm-bpf: The size for map "event" has no effect: it has no buffer\n']);
});

Deno.test("--buffer-size refuses sizes that no buffer can have", async () => {
  for (const size of ["0", "5000", "2KiB", "2GiB", "=16KiB", "events=", "unlimited"]) {
    assertOneLine(await runWasmBpf(["--buffer-size", size, LOSSES]), {
      code: 2,
      line: /--buffer-size ".*" is not \[MAP=\]SIZE with a power of two from 4KiB to 1GiB/,
    });
  }
});

Deno.test("--verbose prints the highest level of each buffer", async () => {
  const { stderr } = await runWasmBpf(["--verbose", LOSSES, "32"]);
  assertEquals(stderr, "wasm-bpf: Buffer events (ring): at most 50% of 4KiB used, 0 events lost\n");
});

Deno.test("--fail-on-loss ends the guest with 123", async () => {
  const { code, stderr } = await runWasmBpf(["--fail-on-loss", LOSSES, "64", "wait"]);
  assertEquals(code, 123, stderr);
  assertStringIncludes(stderr, "wasm-bpf: Cannot continue: 1 event was lost\n");
  assertEquals((await runWasmBpf(["--fail-on-loss", LOSSES, "63"])).code, 0);
});

Deno.test("Ctrl-C during a wait prints the total of the lost events", async () => {
  const [command = "", ...before] = WASM_BPF;
  const child = new Deno.Command(command, {
    args: [...before, LOSSES, "64", "wait"],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  await reader.read();
  reader.releaseLock();
  // The line is written before the wait begins.
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGINT");
  const { signal, stderr } = await child.output();
  assertEquals(signal, "SIGINT");
  assertStringIncludes(new TextDecoder().decode(stderr), "wasm-bpf: Lost 1 event in all\n");
});
