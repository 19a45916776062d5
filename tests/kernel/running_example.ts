/** Runs endless examples, and reads their output while they run. */

import { assert } from "@std/assert";
import { WASM_BPF } from "./command.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;

/** The time limit for an example's output on a busy machine. */
const DEADLINE_MS = 120_000;

/** The path of an example's module. A path stays as it is. */
export function example(name: string): string {
  return name.startsWith("/") ? name : `${EXAMPLES}${name}/${name}.wasm`;
}

/** The options of wasm-bpf that allow what an example does. */
export const PERMISSIONS_OF: Readonly<Record<string, readonly string[]>> = {
  xdp: ["--allow-network"],
  tc: ["--allow-network=lo"],
  sockops: ["--allow-network", "--dir", "/:ro"],
  lsm: ["--allow-deny"],
  "go-lsm": ["--allow-deny"],
  netfilter: ["--allow-network"],
  struct_ops: ["--allow-struct-ops=tcp_congestion_ops"],
  memleak: ["--dir", "/:ro"],
  profile: ["--grant-needs"],
};

/**
 * A running example. `await using` ends it.
 *
 * ```ts ignore
 * await using bootstrap = await RunningExample.start("bootstrap", ["-d", "100"]);
 * ```
 */
export class RunningExample implements AsyncDisposable {
  /** Its output so far, without the header. */
  readonly lines: string[] = [];
  header = "";
  readonly #child: Deno.ChildProcess;
  readonly #reading: Promise<void>;
  readonly #stderr: Promise<string>;
  #changed = Promise.withResolvers<void>();
  #ended = false;
  #stdin: WritableStreamDefaultWriter<Uint8Array> | undefined;

  private constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#reading = this.#read();
    this.#stderr = new Response(child.stderr).text();
  }

  /**
   * Starts an example, or the module at an absolute path, and waits for its first line, the header: then its programs are attached.
   *
   * @param options `host` has options of wasm-bpf. `stdin` is "piped" for an example that gets input by {@link write}.
   */
  static async start(
    name: string,
    args: readonly string[] = [],
    { host = [], stdin = "null" }: { host?: readonly string[]; stdin?: "null" | "piped" } = {},
  ): Promise<RunningExample> {
    const words = [...WASM_BPF, ...PERMISSIONS_OF[name] ?? [], ...host, example(name), ...args];
    return await RunningExample.of(words, stdin);
  }

  /** As {@link start}, for any command whose first line is a header. */
  static async of(
    [command = "", ...args]: readonly string[],
    stdin: "null" | "piped" = "null",
  ): Promise<RunningExample> {
    const child = new Deno.Command(command, { args, stdin, stdout: "piped", stderr: "piped" }).spawn();
    const running = new RunningExample(child);
    if (stdin === "piped") running.#stdin = child.stdin.getWriter();
    await running.waitFor(() => running.header !== "");
    return running;
  }

  /** The number of its process. */
  get pid(): number {
    return this.#child.pid;
  }

  /** Writes text to its stdin. */
  async write(text: string): Promise<void> {
    await this.#stdin?.write(new TextEncoder().encode(text));
  }

  /** Waits until `condition` holds, looking at each new line. @throws when the example ends, or takes too long. */
  async waitFor(condition: () => boolean): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<"late">((resolve) => timer = setTimeout(() => resolve("late"), DEADLINE_MS));
    while (!condition()) {
      if (this.#ended) assert(false, `it ended: ${await this.#stderr}`);
      const what = await Promise.race([this.#changed.promise, deadline]);
      if (what === "late") assert(false, `the expected output did not come; the last lines: ${this.#lastLines()}`);
    }
    clearTimeout(timer);
  }

  /** Waits for `count` lines that match, and a little longer for more. Returns all that match. */
  async matching(pattern: RegExp, count: number): Promise<string[]> {
    await this.waitFor(() => this.lines.filter((line) => pattern.test(line)).length >= count);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return this.lines.filter((line) => pattern.test(line));
  }

  /** Ends it with a signal, as Ctrl-C does. Returns how it ended and what it wrote to stderr. */
  async stop(signal: Deno.Signal = "SIGINT"): Promise<{ status: Deno.CommandStatus; stderr: string }> {
    if (!this.#ended) this.#child.kill(signal);
    await this.#stdin?.close().catch(() => {});
    this.#stdin = undefined;
    const [status, stderr] = await Promise.all([this.#child.status, this.#stderr, this.#reading]);
    return { status, stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop("SIGKILL");
  }

  async #read(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      if (this.header === "") this.header = lines.shift() ?? "";
      this.lines.push(...lines);
      this.#notify();
    }
    this.#ended = true;
    this.#notify();
  }

  #notify(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  #lastLines(): string {
    return JSON.stringify(this.lines.slice(-5));
  }
}
