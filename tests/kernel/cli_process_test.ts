/** Tests the command line as a process: its streams, and signals. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { assemble } from "../../scripts/build_wat.ts";
import { assertOneLine, directoryWith, example, runThrough, testGuest, WASM_BPF } from "./command.ts";

const BOOTSTRAP = example("bootstrap");

Deno.test("wasm-bpf reports a full disk, and nothing when the reader has gone", async () => {
  const full = await runThrough(`"$0" "$@" >/dev/full`, ["--help"]);
  assertOneLine(full, { code: 1, line: /Cannot write standard output: No space left on device/ });
  const guest = await runThrough(`"$0" "$@" >/dev/full`, [BOOTSTRAP]);
  assertEquals([guest.code, guest.stderr], [1, "Cannot write to stdout: No space left on device\n"]);
});

Deno.test("wasm-bpf ends promptly when its reader has gone", async () => {
  const start = performance.now();
  const busy = `"$0" "$@" | head -1; echo "\${PIPESTATUS[0]}"`;
  const processes: Promise<unknown>[] = [];
  const noise = setInterval(() => processes.push(new Deno.Command("/bin/true").output()), 50);
  const { stdout, stderr } = await runThrough(busy, [BOOTSTRAP]).finally(() => clearInterval(noise));
  await Promise.all(processes);
  assertMatch(stdout, /^TIME +EVENT.*\n(141|1)\n$/);
  assertEquals(stderr, "");
  assert(performance.now() - start < 5000);
});

Deno.test("wasm-bpf works with closed streams", async () => {
  const closed = `"$0" "$@" <&- >&- 2>&-`;
  assertEquals((await runThrough(closed, [testGuest("exit_code"), "5"])).code, 5);
  assertEquals((await runThrough(closed, [testGuest("ring_records")])).code, 0);
  assertEquals((await runThrough(closed, ["nosuch.wasm"])).code, 127);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`wasm-bpf ends at once on ${signal} during every activity of a guest without a handler`, async () => {
    const loop = assemble(`(module (memory (export "memory") 1) (func (export "_start") (loop $again (br $again))))`);
    await using files = await directoryWith({ "loop.wasm": loop });
    for (const guest of [[`${files.path}/loop.wasm`], [testGuest("packets"), "lo"]]) {
      const [command = "", ...before] = WASM_BPF;
      const child = new Deno.Command(command, { args: [...before, ...guest], stdout: "null", stderr: "null" }).spawn();
      await new Promise((resolve) => setTimeout(resolve, 700));
      const start = performance.now();
      child.kill(signal);
      assertEquals((await child.status).signal, signal);
      assert(performance.now() - start < 1000);
    }
  });
}

Deno.test("wasm-bpf continues after it was stopped", async () => {
  const [command = "", ...before] = WASM_BPF;
  const child = new Deno.Command(command, { args: [...before, BOOTSTRAP], stdout: "null", stderr: "null" }).spawn();
  await new Promise((resolve) => setTimeout(resolve, 700));
  child.kill("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill("SIGCONT");
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGKILL");
  assertEquals((await child.status).signal, "SIGKILL", "it ended by itself");
});
