/** Runs the examples with the policies that `wasm-bpf inspect --policy` prints for them, and with stricter ones. */

import { assertEquals, assertMatch } from "@std/assert";
import { example, runWasmBpf, WASM_BPF } from "./command.ts";
import { cgroupRoot } from "./mounts.ts";
import { RunningExample } from "./running_example.ts";

/** The examples with their arguments. */
const EXAMPLES: Readonly<Record<string, () => readonly string[]>> = {
  bootstrap: () => [],
  execve: () => [],
  lsm: () => ["kept"],
  opensnoop: () => [],
  runqlat: () => [],
  sockfilter: () => ["lo"],
  sockops: () => [cgroupRoot()],
  uprobe: () => ["libc.so.6", "getpgid"],
  xdp: () => ["lo"],
  map_of_maps: () => ["1"],
  netfilter: () => ["udp"],
  struct_ops: () => [],
  memleak: () => [`${Deno.pid}`],
  task_iter: () => [],
  user_ringbuf: () => [],
};

/** Options for the files of an example, which a policy does not find out. */
const FILES_OF: Readonly<Record<string, readonly string[]>> = {
  sockops: ["--dir", "/:ro"],
  memleak: ["--dir", "/:ro"],
};

/** A policy file, which is removed at the end. */
class PolicyFile implements Disposable {
  readonly path = Deno.makeTempFileSync({ suffix: ".jsonc" });

  constructor(text: string) {
    Deno.writeTextFileSync(this.path, text);
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path);
  }
}

async function leastPolicy(module: string): Promise<string> {
  const { code, stdout, stderr } = await runWasmBpf(["inspect", "--policy", module]);
  assertEquals([code, stderr], [0, ""]);
  return stdout;
}

/** The keys of a policy with its comments removed. */
function keysOf(text: string): Record<string, unknown> {
  return JSON.parse(text.replace(/^ *\/\/.*$/gm, ""));
}

/** The policies that allow one thing less, by the key that is narrowed. */
function stricterThan(text: string): [key: string, policy: string][] {
  return Object.entries(keysOf(text)).flatMap(([key, value]): [string, string][] => {
    if (value === false || key === "version" || key === "limits" || (Array.isArray(value) && value.length === 0)) {
      return [];
    }
    return [[key, JSON.stringify({ ...keysOf(text), [key]: Array.isArray(value) ? value.slice(1) : false })]];
  });
}

for (const [name, args] of Object.entries(EXAMPLES)) {
  Deno.test(`inspect --policy prints a policy with which ${name} runs, and no stricter one lets it run`, async () => {
    const least = await leastPolicy(example(name));
    using file = new PolicyFile(least);
    const guest = [...FILES_OF[name] ?? [], example(name), ...args()];
    if (name === "lsm") {
      // The machine's kernel may refuse LSM programs; the policy does not.
      const { stderr } = await runWasmBpf(["--policy", file.path, "--timeout", "2s", ...guest]);
      assertEquals(/policy|allow/.test(stderr), false, stderr);
    } else {
      await using running = await RunningExample.of([...WASM_BPF, "--policy", file.path, ...guest]);
      assertMatch(running.header, /\S/);
    }
    for (const [key, policy] of stricterThan(least)) {
      using stricter = new PolicyFile(policy);
      const { code, stderr } = await runWasmBpf(["--policy", stricter.path, "--timeout", "20s", ...guest]);
      assertMatch(stderr, /EPERM: .*(the policy (does not allow|allows no)|--allow-)/, `${key}: ${code} ${stderr}`);
    }
  });
}
