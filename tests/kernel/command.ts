/** Runs the command line as a user does: with `--allow-ffi` and no other permission, on the Deno that runs the tests. */

import { assertEquals, assertMatch } from "@std/assert";
import { mountAll } from "./mounts.ts";

mountAll();

const CHECKOUT = new URL("../../", import.meta.url).pathname;

/** A process that ended. */
export interface Finished {
  /** The exit code; 128 + N when signal N ended it. */
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs `command` to its end with an empty stdin. */
export async function run(
  command: string,
  args: readonly string[],
  options: Deno.CommandOptions = {},
): Promise<Finished> {
  const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args], stdin: "null", ...options })
    .output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/**
 * The words before wasm-bpf's own: a Deno, its flags, the script. `WASM_BPF` is a binary to run instead: in an emulated
 * machine it starts in half the time.
 */
export const WASM_BPF: readonly string[] = wasmBpf();

function wasmBpf(): string[] {
  const binary = Deno.env.get("WASM_BPF");
  if (binary !== undefined) return [binary];
  return [Deno.execPath(), "run", "--quiet", "--no-prompt", "--allow-ffi", `${CHECKOUT}cli.ts`];
}

/** Runs `wasm-bpf` with `args`. */
export function runWasmBpf(args: readonly string[], options: Deno.CommandOptions = {}): Promise<Finished> {
  const [command = "", ...before] = WASM_BPF;
  return run(command, [...before, ...args], options);
}

/** The permissions of guests with programs of any type, for tests of what these do. */
export const ANY_PROGRAM: readonly string[] = ["--allow-network", "--allow-deny", "--allow-struct-ops"];

/** The path of a guest of tests/guests/ that scripts/build_guests.sh built. */
export function testGuest(name: string): string {
  return `${CHECKOUT}.build/guests/${name}.wasm`;
}

/** The path of an example that scripts/build_guests.sh built. */
export function example(name: string): string {
  return `${CHECKOUT}examples/${name}/${name}.wasm`;
}

/** The failed facts in a test guest's output, or the whole output when it printed no fact. */
export function failures({ code, stdout, stderr }: Finished): string[] {
  const lines = stdout.split("\n").filter((line) => /^(not )?ok /.test(line));
  const failed = lines.filter((line) => line.startsWith("not ok"));
  return code === 0 && lines.length > 0 && failed.length === 0
    ? []
    : [`exit code ${code}`, ...failed, ...(lines.length === 0 ? [stdout] : []), stderr];
}

/** Asserts that the only output is one line on stderr. */
export function assertOneLine({ code, stdout, stderr }: Finished, expected: { code: number; line: RegExp }): void {
  assertEquals([code, stdout], [expected.code, ""], stderr);
  assertMatch(stderr, /^wasm-bpf: [^\n]+\n$/);
  assertMatch(stderr.trimEnd(), expected.line);
}

/** A directory with these files in it. */
export async function directoryWith(files: Readonly<Record<string, Uint8Array | string>>) {
  const path = await Deno.makeTempDir();
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeFile(`${path}/${name}`, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Runs wasm-bpf by way of a shell: `$0 "$@"` in the script. */
export function runThrough(script: string, args: readonly string[]): Promise<Finished> {
  return run("timeout", ["20", "bash", "-c", script, ...WASM_BPF, ...args]);
}
