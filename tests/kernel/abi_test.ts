/** ABI version 1, promise by promise: each guest of tests/guests/ states facts, and every one of them must hold. */

import { assertEquals, assertMatch, assertNotMatch } from "@std/assert";
import { failures, runWasmBpf, testGuest } from "./command.ts";

/** What each guest shows; its source says how. */
const GUESTS = {
  ring_records: "delivers every record of a ring buffer once and in order, with its size",
  perf_records: "delivers every record of a perf buffer, and counts what was lost",
  two_buffers: "keeps a position for each buffer of an object",
  percpu: "moves all values of a per-CPU element, and nothing beyond them",
  map_types: "knows the maps without keys, of maps, and with odd sizes",
  foreign_maps: "refuses every number that the guest did not get by name",
  callbacks: "lets a callback stop, return nothing, grow memory, use maps, attach and poll another buffer",
  close_in_callback: "lets a callback close its own object",
  errors: "answers wrong use with negative Linux error numbers",
  ranges: "checks the whole of each range",
  truncation: "tells the callback how much was copied",
  timeouts: "waits as long as it is told to",
  flood: "ends a poll although events keep coming",
  close_detaches: "detaches on close",
  globals: "starts a program with the values that the guest gave",
  call_count: "makes one system call for each map call",
  paths: "opens no file of the host for a guest",
  i64_pointers: "links guests that declare pointers as i64",
  callback_wrapper: "calls back by an export's name",
  no_table: "finds the callbacks of a module that exports no table",
  reject: "survives a program that the verifier refuses",
  older_source: "runs what was written for other hosts",
  sdk: "holds what the C header promises, in C++",
} as const;

for (const [name, behaviour] of Object.entries(GUESTS)) {
  Deno.test(`wasm_bpf ${behaviour}`, async () => {
    assertEquals(failures(await runWasmBpf([testGuest(name)])), []);
  });
}

Deno.test("wasm_attach_bpf_program_fd() attaches to a directory that the guest holds", async () => {
  const cgroup = await Deno.makeTempDir({ dir: await cgroupRoot() });
  try {
    assertEquals(failures(await runWasmBpf(["--dir", cgroup, testGuest("attach_fd")])), []);
  } finally {
    await Deno.remove(cgroup);
  }
});

Deno.test("wasm_bpf_buffer_poll() ends the guest with the code of an exit() in the callback", async () => {
  const { code, stdout } = await runWasmBpf([testGuest("exit_in_callback")]);
  assertEquals([code, stdout], [7, ""]);
});

Deno.test("wasm_bpf_buffer_poll() ends the guest when the callback traps", async () => {
  const { code, stdout, stderr } = await runWasmBpf([testGuest("trap_in_callback")]);
  assertEquals([code, stdout], [134, ""]);
  assertEquals(stderr, "wasm-bpf: The guest trapped: unreachable\n");
});

Deno.test("wasm_bpf says how many records were lost, on stderr, as it happens and at the end", async () => {
  const { stderr } = await runWasmBpf([testGuest("perf_records")]);
  assertMatch(stderr, /^wasm-bpf: Lost (\d+) events\nwasm-bpf: Lost \1 events in all\n$/);
});

Deno.test("wasm_bpf gives its reasons on stderr, and nothing of its own on stdout", async () => {
  const { stdout, stderr } = await runWasmBpf([testGuest("errors")]);
  assertNotMatch(stdout, /wasm-bpf|libbpf|Cannot/);
  for (const line of stderr.trimEnd().split("\n")) assertMatch(line, /^wasm-bpf: Cannot \w+ /);
  assertMatch(stderr, /Cannot open object "errors"/);
  assertMatch(stderr, /Cannot attach program "no_such_program": the object has none of this name \(it has on_bpf\)/);
});

Deno.test("wasm_bpf exits with the guest's code, whatever it is", async () => {
  const codes = [0, 1, 2, 42, 125, 126, 127, 128, 134, 255];
  for (const code of codes) {
    assertEquals((await runWasmBpf([testGuest("exit_code"), String(code)])).code, code);
  }
});

async function cgroupRoot(): Promise<string> {
  const mounts = await Deno.readTextFile("/proc/self/mounts");
  const root = /^\S+ (\S+) cgroup2 /m.exec(mounts)?.[1];
  if (root === undefined) throw new Error("No cgroup2 file system is mounted");
  return root;
}
