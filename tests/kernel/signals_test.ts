/** Tests signals with a guest that is also built for Linux. */

import { assert, assertEquals } from "@std/assert";
import { llvmTool } from "../../scripts/pins.ts";
import { run, runWasmBpf, testGuest, WASM_BPF } from "./command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const SOURCE = `${CHECKOUT}tests/guests/wasm64/signals.c`;
const GUEST = testGuest("wasm64/signals");

/** A running process with its output until now. */
class Running implements AsyncDisposable {
  readonly process: Deno.ChildProcess;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  #output = "";

  constructor(command: readonly string[]) {
    const [program = "", ...args] = command;
    this.process = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "inherit" }).spawn();
    this.#reader = this.process.stdout.getReader();
    this.#writer = this.process.stdin.getWriter();
  }

  static guest(mode: string): Running {
    return new Running([...WASM_BPF, GUEST, mode]);
  }

  /** Waits until the output contains `text`. */
  async until(text: string): Promise<void> {
    while (!this.#output.includes(text)) {
      const { done, value } = await this.#reader.read();
      if (done) throw new Error(`The output ended without "${text}": ${this.#output}`);
      this.#output += new TextDecoder().decode(value);
    }
  }

  async write(text: string): Promise<void> {
    await this.#writer.write(new TextEncoder().encode(text));
  }

  /** Waits for the end. */
  async finished(): Promise<{ code: number; signal: Deno.Signal | null; output: string }> {
    for (;;) {
      const { done, value } = await this.#reader.read();
      if (done) break;
      this.#output += new TextDecoder().decode(value);
    }
    const { code, signal } = await this.process.status;
    return { code, signal, output: this.#output };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.process.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.process.status;
    await this.#reader.cancel();
    await this.#writer.abort().catch(() => {});
  }
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function nativeProgram() {
  const path = await Deno.makeTempFile({ prefix: "signals" });
  const compiled = await run(llvmTool("clang"), ["-Wall", "-Wextra", "-Werror", SOURCE, "-o", path]);
  assertEquals(compiled.code, 0, compiled.stderr);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

Deno.test("sigaction(), raise() and kill() have the results of Linux", async () => {
  await using native = await nativeProgram();
  const expected = await run(native.path, ["reactions"]);
  assertEquals(expected.code, 0);
  assertEquals(await runWasmBpf([GUEST, "reactions"]), expected);
});

Deno.test("sigprocmask(), sigsuspend() and ppoll() have the results of Linux", async () => {
  await using native = await nativeProgram();
  const expected = await run(native.path, ["masks"]);
  assertEquals(expected.code, 143);
  assertEquals(await runWasmBpf([GUEST, "masks"]), expected);
});

Deno.test("SIGALRM ends every wait with EINTR, and reads only without SA_RESTART, as on Linux", async () => {
  await using native = await nativeProgram();
  const outputs: string[] = [];
  for (const command of [[native.path], [...WASM_BPF, GUEST]]) {
    await using running = new Running([...command, "waits"]);
    await running.until("input\n");
    await pause(1000);
    await running.write("x");
    const { code, output } = await running.finished();
    assertEquals(code, 0);
    outputs.push(output);
  }
  assertEquals(outputs[1], outputs[0]);
});

Deno.test("a timer that still runs does not end a guest that has ended, as on Linux", async () => {
  await using native = await nativeProgram();
  const expected = await run(native.path, ["ticking"]);
  assertEquals([expected.code, expected.stdout], [0, "the end\n"]);
  assertEquals(await runWasmBpf([GUEST, "ticking"]), expected);
});

for (const [signal, number] of [["SIGINT", 2], ["SIGTERM", 15]] as const) {
  Deno.test(`${signal} calls the guest's handler, and the guest ends by itself`, async () => {
    await using running = Running.guest("loop");
    await running.until("ready\n");
    running.process.kill(signal);
    assertEquals(await running.finished(), {
      code: 0,
      signal: null,
      output: `ready\nsignal ${number}, 1 in all\n`,
    });
  });
}

Deno.test("a signal that comes twice at once, as from timeout(1), does not end a guest that handles it late", async () => {
  await using running = Running.guest("slow");
  await running.until("ready\n");
  await pause(100);
  running.process.kill("SIGINT");
  // A timer could be late by more than the guest's time limit on a busy machine.
  for (const end = performance.now() + 3; performance.now() < end;);
  running.process.kill("SIGINT");
  const { code, output } = await running.finished();
  assertEquals([code, output], [0, "ready\nsignal 2\n"]);
});

Deno.test("a second Ctrl-C ends a guest that did not handle the first", async () => {
  await using running = Running.guest("busy");
  await running.until("ready\n");
  // The import that wrote this line must have returned, since it would handle a signal.
  await pause(200);
  running.process.kill("SIGINT");
  await pause(400);
  const early = await Promise.race([running.process.status, pause(10).then(() => "running")]);
  assertEquals(early, "running");
  running.process.kill("SIGINT");
  assertEquals(await running.finished(), { code: 130, signal: "SIGINT", output: "ready\n" });
});

Deno.test("a signal without a handler ends the guest during a wait, after its output", async () => {
  await using running = Running.guest("partial");
  await running.until("ready\n");
  await pause(100);
  running.process.kill("SIGTERM");
  assertEquals(await running.finished(), { code: 143, signal: "SIGTERM", output: "ready\nno line break" });
});

Deno.test("a signal without a handler ends a guest that reads from a pipe", async () => {
  await using running = Running.guest("await_input");
  await running.until("ready\n");
  await pause(100);
  running.process.kill("SIGINT");
  assertEquals((await running.finished()).signal, "SIGINT");
});

Deno.test("SIGINT ends a read of trace_pipe", async () => {
  const directory = ["--dir", "/sys/kernel/tracing::/tracing:ro"];
  await using running = new Running([...WASM_BPF, ...directory, GUEST, "read_file", "/tracing/trace_pipe"]);
  await running.until("ready\n");
  await pause(200);
  running.process.kill("SIGINT");
  const output = "ready\nread: Interrupted system call, signal 2\n";
  assertEquals(await running.finished(), { code: 0, signal: null, output });
});

Deno.test("a guest sees which signals its parent ignores", async () => {
  const shell = `trap "" INT; exec "$0" "$@"`;
  const [command = "", ...before] = WASM_BPF;
  const ignoring = await run("sh", ["-c", shell, command, ...before, GUEST, "inherited"]);
  assertEquals(ignoring.stdout, "SIGINT ignored 1\n", ignoring.stderr);
  assertEquals((await runWasmBpf([GUEST, "inherited"])).stdout, "SIGINT ignored 0\n");
});

/** Runs the guest on the main thread, or in a worker, of a program that has a listener for SIGUSR1. */
const EMBEDDER = `
  import { runGuest } from "${CHECKOUT}mod.ts";
  const bytes = Deno.readFileSync("${GUEST}");
  const run = () => runGuest(bytes, { args: ["loop"] });
  if (self.onmessage !== undefined) {
    self.onmessage = () => self.postMessage(run());
  } else if (Deno.args[0] === "worker") {
    const worker = new Worker(import.meta.url, { type: "module" });
    worker.onmessage = ({ data }) => { console.log("worker", data); worker.terminate(); };
    worker.postMessage("");
  } else {
    console.log("guest", run());
    const heard = new Promise((resolve) => Deno.addSignalListener("SIGINT", () => resolve("own")));
    Deno.kill(Deno.pid, "SIGINT");
    console.log(await heard);
    Deno.exit();
  }`;

async function embedder() {
  const path = await Deno.makeTempFile({ prefix: "embedder", suffix: ".ts" });
  await Deno.writeTextFile(path, EMBEDDER);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

Deno.test("a program that runs a guest has its own signals again afterwards", async () => {
  await using script = await embedder();
  await using running = new Running([Deno.execPath(), "run", "--quiet", "--no-check", "-A", script.path]);
  await running.until("ready\n");
  running.process.kill("SIGINT");
  const { code, output } = await running.finished();
  assertEquals([code, output], [0, "ready\nsignal 2, 1 in all\nguest 0\nown\n"]);
});

Deno.test("a guest in a worker has no signals", async () => {
  await using script = await embedder();
  const { code, stdout } = await run(Deno.execPath(), ["run", "--quiet", "--no-check", "-A", script.path, "worker"]);
  assertEquals([code, stdout], [0, "worker 1\n"]);
  assert(!stdout.includes("ready"));
});
