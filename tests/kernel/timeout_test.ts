/** Tests the time limit of guests: `--timeout`, and `timeoutMs` of the API. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { GuestError, runGuest } from "../../mod.ts";
import { openSystem } from "../../ffi/mod.ts";
import { openDeadline } from "../../ffi/system/deadline.ts";
import { assemble } from "../../scripts/build_wat.ts";
import { assertOneLine, directoryWith, example, run, runWasmBpf, testGuest, WASM_BPF } from "./command.ts";

const LOOP = `(module (memory (export "memory") 1) (func (export "_start") (loop $again (br $again))))`;
const LOOP_AT_START = `(module (memory (export "memory") 1) (func $f (loop $again (br $again))) (start $f)
  (func (export "_start")))`;
const RETURN = `(module (memory (export "memory") 1) (func (export "_start")))`;
/** Reads from stdin, or writes to stdout, again and again. */
const calling = (name: string, fd: number) =>
  `(module (import "wasi_snapshot_preview1" "${name}" (func $call (param i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 4) (data (i32.const 0) "\\10\\00\\00\\00\\00\\00\\02\\00")
    (func (export "_start")
      (loop $again (drop (call $call (i32.const ${fd}) (i32.const 0) (i32.const 1) (i32.const 8))) (br $again))))`;
/** Calls proc_exit, catches its exception and loops. */
const CATCHING = `(module (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (func (export "_start")
      (try (do (call $exit (i32.const 3))) (catch_all)) (loop $again (br $again))))`;

const LINE = /^wasm-bpf: Cannot continue: the guest reached its time limit of 0\.3 s$/;

/** Runs a guest with a limit of 300 ms. @returns its result, and the time that it took. */
async function timed(args: readonly string[], before: readonly string[] = []) {
  const start = performance.now();
  const words = [...before, ...WASM_BPF, "--timeout", "300ms", ...args];
  const finished = await run("timeout", ["--signal=KILL", "20", ...words]);
  return { finished, ms: performance.now() - start };
}

for (
  const [words, text, script] of [
    ["that loops without calls", LOOP, `"$@"`],
    ["whose start function loops", LOOP_AT_START, `"$@"`],
    // The other process of a pipeline ends by itself, so that it does not keep this test waiting.
    ["that waits for input", calling("fd_read", 0), `sleep 3 | "$@"`],
    ["that waits for its reader", calling("fd_write", 1), `"$@" | sleep 3`],
    ["that catches its own end", CATCHING, `"$@"`],
  ] as const
) {
  Deno.test(`wasm-bpf --timeout ends a guest ${words} with one line and 124`, async () => {
    await using files = await directoryWith({ "guest.wasm": assemble(text) });
    const pipeline = `set -o pipefail; ${script}`;
    const { finished, ms } = await timed([`${files.path}/guest.wasm`], ["bash", "-c", pipeline, "-"]);
    assertMatch(finished.stderr.trimEnd(), LINE);
    assertEquals(finished.code, 124);
    assert(ms < 5000, `${ms}`);
  });
}

Deno.test("wasm-bpf --timeout ends guests that wait for events or for time", async () => {
  for (const guest of [[example("bootstrap")], [testGuest("packets"), "lo"], [example("runqlat"), "10"]]) {
    const { finished, ms } = await timed(guest);
    assertEquals(finished.code, 124);
    assertMatch(finished.stderr.trimEnd(), LINE);
    assert(ms < 5000, `${ms}`);
  }
});

Deno.test("wasm-bpf --timeout does not matter to a guest that ends before", async () => {
  assertEquals(await runWasmBpf(["--timeout", "1h", example("runqlat"), "1", "1"]).then(({ code }) => code), 0);
  await using files = await directoryWith({ "guest.wasm": assemble(RETURN) });
  assertEquals(await runWasmBpf(["--timeout=10s", `${files.path}/guest.wasm`]), { code: 0, stdout: "", stderr: "" });
});

Deno.test("wasm-bpf --timeout refuses texts that are not durations", async () => {
  for (const text of ["5", "0s", "-1s", "1.5s", "1s1m", "s", "9999h"]) {
    assertOneLine(await runWasmBpf([`--timeout=${text}`, "x.wasm"]), { code: 2, line: /is not a duration \(500ms, / });
  }
});

Deno.test("openDeadline() ends code of the process that nothing interrupts, with the last line and 124", async () => {
  const script = `
    import { openSystem } from "${new URL("../../ffi/mod.ts", import.meta.url)}";
    import { openDeadline } from "${new URL("../../ffi/system/deadline.ts", import.meta.url)}";
    openDeadline(openSystem().library, { interruptAfterMs: 100, endAfterMs: 200, lastLine: "the last line" });
    for (;;);`;
  await using files = await directoryWith({ "loop.ts": script });
  const finished = await run("timeout", ["20", Deno.execPath(), "run", "--no-check", "-A", `${files.path}/loop.ts`]);
  assertEquals(finished, { code: 124, stdout: "", stderr: "the last line\n" });
});

Deno.test("openDeadline() leaves no timer and no handler behind", () => {
  using system = openSystem();
  const caught = () => /^SigCgt:\t(\w+)/m.exec(Deno.readTextFileSync("/proc/self/status"))?.[1] ?? "";
  const timers = () => Deno.readTextFileSync("/proc/self/timers");
  const before = [caught(), timers()];
  const options = { interruptAfterMs: 1000, endAfterMs: 2000, lastLine: "" };
  const first = openDeadline(system.library, options);
  const second = openDeadline(system.library, options);
  assertEquals(timers().match(/^ID:/gm)?.length, 4);
  // SIGRTMAX is signal 64.
  assertEquals(BigInt(`0x${caught()}`) >> 63n, 1n);
  second[Symbol.dispose]();
  assertEquals(BigInt(`0x${caught()}`) >> 63n, 1n);
  first[Symbol.dispose]();
  assertEquals([caught(), timers()], before);
});

Deno.test("runGuest() with timeoutMs throws at the limit, and the process continues", () => {
  const bytes = assemble(LOOP);
  const limitBefore = Error.stackTraceLimit;
  for (let i = 0; i < 3; i++) {
    const start = performance.now();
    try {
      runGuest(bytes, { name: "loop", timeoutMs: 50 });
      throw new Error("it returned");
    } catch (error) {
      if (!(error instanceof GuestError)) throw error;
      assertEquals([error.code, error.message], [
        "timed-out",
        "Cannot continue: the guest reached its time limit of 0.05 s",
      ]);
    }
    assert(performance.now() - start < 1000);
  }
  assertEquals(Error.stackTraceLimit, limitBefore);
  assertEquals(runGuest(assemble(RETURN), { timeoutMs: 1000 }), 0);
});

Deno.test("runGuest() with timeoutMs interrupts waits, and detaches the guest's programs", () => {
  const links = () => {
    const entries = [...Deno.readDirSync("/proc/self/fdinfo")].map(({ name }) => {
      try {
        return Deno.readTextFileSync(`/proc/self/fdinfo/${name}`);
      } catch {
        return ""; // the descriptor of the directory itself
      }
    });
    return entries.filter((text) => text.includes("prog_id:") || text.includes("link_id:")).length;
  };
  const before = links();
  for (const [name, ...args] of [["bootstrap"], ["packets", "lo"], ["runqlat", "10"]] as const) {
    const bytes = Deno.readFileSync(name === "packets" ? testGuest(name) : example(name));
    const start = performance.now();
    try {
      runGuest(bytes, { name, args, timeoutMs: 300, stdout: 2 });
      throw new Error("it returned");
    } catch (error) {
      if (!(error instanceof GuestError)) throw error;
      assertEquals(error.code, "timed-out");
    }
    assert(performance.now() - start < 2000, name);
    assertEquals(links(), before);
  }
});

Deno.test("runGuest() refuses a timeoutMs that is not a time", () => {
  for (const timeoutMs of [0, -1, 1.5, NaN, Infinity, 2 ** 32]) {
    try {
      runGuest(assemble(RETURN), { timeoutMs });
      throw new Error(`${timeoutMs} was accepted`);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
});
