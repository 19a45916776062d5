/** Compiles one C source for this machine and for guests, and compares their outputs. */

import { assertEquals } from "@std/assert";
import { type Finished, run, runWasmBpf } from "../kernel/command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const SOURCES = new URL("guests/", import.meta.url).pathname;
const OUTPUT = `${CHECKOUT}.build/guests/sdk/`;

/** Options of a run. */
export interface RunOptions {
  args?: readonly string[];
  /** The directories of the host that the guest gets. */
  directories?: readonly string[];
  environment?: Readonly<Record<string, string>>;
}

/** Compiles tests/sdk/guests/NAME.c for guests, and returns the module's path. */
export async function compileForGuest(name: string, flags: readonly string[] = []): Promise<string> {
  await Deno.mkdir(OUTPUT, { recursive: true });
  const module = `${OUTPUT}${name}.wasm`;
  const words = [
    "run",
    "--quiet",
    "--allow-all",
    "--no-check",
    `${CHECKOUT}cli.ts`,
    "cc",
    "-Wall",
    "-Wextra",
    ...flags,
  ];
  await succeeds(Deno.execPath(), [...words, `${SOURCES}${name}.c`, "-o", module]);
  return module;
}

/** Compiles tests/sdk/guests/NAME.c for this machine, and returns the program's path. */
export async function compileForHost(name: string, flags: readonly string[] = []): Promise<string> {
  await Deno.mkdir(OUTPUT, { recursive: true });
  const program = `${OUTPUT}${name}`;
  const words = ["-w", "-I", `${CHECKOUT}.build/include`, `${SOURCES}${name}.c`, ...flags, "-lm", "-o", program];
  await succeeds("gcc", words);
  return program;
}

/** Asserts that tests/sdk/guests/NAME.c prints the same and ends with the same code on this machine and as a guest. */
export async function assertSameOutput(name: string, options: RunOptions = {}): Promise<void> {
  const [module, program] = await Promise.all([compileForGuest(name), compileForHost(name)]);
  const native = await run(program, options.args ?? [], { env: { ...options.environment } });
  const guest = await runGuest(module, options);
  assertEquals(guest, native);
}

/** Runs a guest. */
export function runGuest(module: string, { args = [], directories = [], environment = {} }: RunOptions = {}): Promise<
  Finished
> {
  const given = directories.flatMap((directory) => ["--dir", directory]);
  const variables = Object.entries(environment).flatMap(([name, value]) => ["--env", `${name}=${value}`]);
  return runWasmBpf(["run", ...given, ...variables, module, ...args]);
}

async function succeeds(command: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await run(command, args);
  if (code !== 0 || stderr !== "") throw new Error(`${command} ended with ${code}:\n${stderr}`);
}
