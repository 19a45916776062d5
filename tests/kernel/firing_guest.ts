/** Runs the guest fires.c, or one like it: reads its output line by line, and finds its programs in the kernel. */

import { ANY_PROGRAM, run, testGuest, WASM_BPF } from "./command.ts";

/** A running guest. Disposing kills it if it still runs. */
export class FiringGuest implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  readonly #stdin: WritableStreamDefaultWriter<Uint8Array>;
  readonly #stderr: Promise<string>;
  #rest = "";

  /** @param options `netns` is the name of its network namespace, `host` has options of wasm-bpf. */
  constructor(name: string, args: readonly string[], options: { netns?: string; host?: readonly string[] } = {}) {
    const { netns, host = [] } = options;
    const prefix = netns === undefined ? [] : ["ip", "netns", "exec", netns];
    const [command = "", ...before] = [...prefix, ...WASM_BPF];
    this.#child = new Deno.Command(command, {
      args: [...before, ...ANY_PROGRAM, ...host, testGuest(name), ...args],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#lines = this.#child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    this.#stdin = this.#child.stdin.getWriter();
    this.#stderr = new Response(this.#child.stderr).text();
  }

  /** The next line of its output. @throws {Error} with its stderr when it ended instead. */
  async line(): Promise<string> {
    const line = await this.lineOrEnd();
    if (line === undefined) throw new Error(`The guest ended: ${this.#rest}${await this.#stderr}`);
    return line;
  }

  /** The next line of its output; undefined when it ended instead. */
  async lineOrEnd(): Promise<string | undefined> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) return undefined;
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return line;
  }

  /** Sends the line that it waits for. */
  async proceed(): Promise<void> {
    await this.#stdin.write(new TextEncoder().encode("\n"));
  }

  kill(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  get pid(): number {
    return this.#child.pid;
  }

  /** The whole stderr of the guest and the host, after the end. */
  get stderr(): Promise<string> {
    return this.#stderr;
  }

  /** The exit status. */
  get status(): Promise<Deno.CommandStatus> {
    return this.#child.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await this.#child.status;
    await this.#lines.cancel();
    await this.#stdin.abort().catch(() => {});
    await this.#stderr;
  }
}

/** The ids of the kernel's programs with these names. Without BTF, bpftool has 15 bytes of a name. */
export async function programIds(names: readonly string[]): Promise<number[]> {
  const { stdout } = await run("bpftool", ["--json", "prog", "list"]);
  const programs: { id: number; name?: string }[] = JSON.parse(stdout);
  const known = new Set(names.flatMap((name) => [name, name.slice(0, 15)]));
  return programs.filter(({ name = "" }) => known.has(name)).map(({ id }) => id);
}

/** Waits until none of `ids` is in the kernel: it frees programs shortly after their last use. @returns the rest. */
export async function leftOver(names: readonly string[], ids: readonly number[]): Promise<number[]> {
  for (let attempt = 0;; attempt++) {
    const left = (await programIds(names)).filter((id) => ids.includes(id));
    if (left.length === 0 || attempt === 40) return left;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
