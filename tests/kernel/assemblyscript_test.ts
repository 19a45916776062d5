/** Runs a guest that uses each class of the package for AssemblyScript (tests/guests/languages/assemblyscript/kinds.ts). */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { runWasmBpf } from "./command.ts";
import { kernelHas } from "./kernel_features.ts";

const MODULE = new URL("../../.build/guests/languages/assemblyscript_kinds.wasm", import.meta.url).pathname;

/** The output of the first lines, and of each class. The program in the kernel changes or counts what the guest has set. */
const VARIABLES = "variables before load: 1 42";
const LINES = [
  VARIABLES,
  "sizes: 16 32 2 48",
  "variables: 43 yes",
  "program result: 3",
  "lookup: true 5 a name that is ",
  "entries: 89",
  "delete: yes no no",
  "new key: no EEXIST",
  'full: no Cannot update map "small": E2BIG',
  "get: 65534 5 2",
  "empty queue: no",
  "full queue: no E2BIG",
  "queue: true 11 true 11 true 12",
  "ring: 5 5 30 produce.",
  "empty ring: 0",
  "stopped: 0 7 3 10",
  "produced: 10",
  "bytes: 160",
  "per CPU: 15",
  "per CPU set: 2 15",
  "samples and lost: 1001 yes yes",
  "user ring: 2 42",
  "full user ring: 256 ENOSPC",
  "perf event: yes",
  "link: yes yes",
  "iterator: yes",
  "no tracepoint: yes ENOENT",
];

/** Registers a test of the guest, which has maps and programs of Linux 6.1. */
function test(name: string, fn: () => Promise<void>): void {
  const ignore = !kernelHas("bpf_user_ringbuf_drain");
  Deno.test({ name: ignore ? `${name} (needs Linux 6.1)` : name, ignore, fn });
}

/** The lines of the guest itself on stderr. The host adds its own for what libbpf or the kernel refuses. */
function ofGuest(stderr: string): string[] {
  return stderr.split("\n").filter((line) => line !== "" && !line.startsWith("wasm-bpf: Cannot"));
}

test("guests in AssemblyScript use variables, maps of all kinds, buffers, links and iterators", async () => {
  const { code, stdout, stderr } = await runWasmBpf([MODULE]);
  assertEquals(stdout.trimEnd().split("\n"), LINES);
  assertEquals([code, ofGuest(stderr)], [0, []]);
});

/** The failing calls, and the line that each ends with. */
const FAILURES: Readonly<Record<string, string>> = {
  unloaded: 'Cannot use map "small": it is not loaded: EBADF',
  size: 'Cannot use map "small" with keys of 4 and values of 8 bytes (it has keys of 4 and values of 2 bytes): EINVAL',
  "per-cpu": 'Cannot use map "counts" without PerCpuMap: its values are per CPU: EINVAL',
  "not-per-cpu": 'Cannot use map "small" with PerCpuMap: its values are not per CPU: EINVAL',
  cpu: `Cannot use CPU ${await possibleCpus()} of map "counts": there are ${await possibleCpus()}: EINVAL`,
  map: 'Cannot find map "nothing": ENOENT',
  ring: 'Cannot open ring buffer "small": EINVAL',
  short: 'Cannot read a record of "events": it has 32 bytes, not 48: EINVAL',
};

for (const [how, line] of Object.entries(FAILURES)) {
  test(`a call that fails ends a guest in AssemblyScript with one line (${how})`, async () => {
    const { code, stdout, stderr } = await runWasmBpf([MODULE, how]);
    assertEquals([code, stdout, ofGuest(stderr)], [1, `${VARIABLES}\n`, [line]]);
  });
}

test("an index out of range ends a guest in AssemblyScript as a trap, with its place", async () => {
  const { code, stderr } = await runWasmBpf([MODULE, "index"]);
  const place = "wasm-bpf: The guest trapped: abort: Index out of range at ~lib/array.ts:114:42\n";
  assertEquals([code, stderr], [134, place]);
});

test("setPrint() gives a guest in AssemblyScript libbpf's messages", async () => {
  const { code, stdout, stderr } = await runWasmBpf([MODULE, "messages"]);
  assertEquals([code, stdout, stderr], [0, `${VARIABLES}\nmessages: yes\n`, ""]);
});

Deno.test("assemblyscript-bootstrap shows its usage, also for wrong arguments", async () => {
  const module = new URL("../../examples/assemblyscript-bootstrap/assemblyscript-bootstrap.wasm", import.meta.url);
  const help = await runWasmBpf([module.pathname, "--help"]);
  assertEquals([help.code, help.stderr], [0, ""]);
  assertStringIncludes(help.stdout, "Usage: assemblyscript-bootstrap [MIN_DURATION_MS]\n");
  for (const words of [["x"], ["-1"], ["1", "2"]]) {
    const { code, stdout, stderr } = await runWasmBpf([module.pathname, ...words]);
    assertEquals([code, stdout, stderr], [2, "", help.stdout]);
  }
});

for (const [mode, what] of [["numbers", "read numbers"], ["text", "make a string each"]] as const) {
  test(`a million callbacks in AssemblyScript that ${what} leave the memory as large as a tenth of them`, async () => {
    const { code, stdout } = await runWasmBpf([MODULE, mode]);
    assertEquals([code, stdout], [0, `${VARIABLES}\ngrowth: 0\n`]);
  });
}

/** The number of possible CPUs: "0-3" are 4. */
async function possibleCpus(): Promise<number> {
  const list = await Deno.readTextFile("/sys/devices/system/cpu/possible");
  return Number(list.trim().split("-").at(-1)) + 1;
}
