/** Tests every promise of ABI version 1 with the guests of tests/guests/, which check themselves (tests/guests/README.md). */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { ANY_PROGRAM, failures, type Finished, runWasmBpf, testGuest } from "./command.ts";
import { cgroupRoot } from "./mounts.ts";

/** The promise that each guest tests, and the host's messages on stderr. */
const GUESTS: Readonly<Record<string, readonly [promise: string, stderr?: RegExp]>> = {
  ring_records: ["wasm_bpf_buffer_poll() delivers every record of a ring buffer, once, in order"],
  perf_records: [
    "wasm_bpf_buffer_poll() delivers every record of a perf buffer and counts the lost ones",
    /Lost \d+ events/,
  ],
  two_buffers: ["wasm_bpf_buffer_poll() keeps a position for each buffer"],
  timeouts: ["wasm_bpf_buffer_poll() waits for the given time"],
  truncation: ["wasm_bpf_buffer_poll() cuts a record to the guest's buffer and passes the cut size"],
  flood: ["wasm_bpf_buffer_poll() returns although events keep coming"],
  callbacks: ["wasm_bpf_buffer_poll() allows a callback to stop it, grow memory and call the host"],
  close_in_callback: ["wasm_close_bpf_object() in a callback ends the delivery"],
  close_detaches: ["wasm_close_bpf_object() detaches every program", /EBUSY/],
  map_types: ["wasm_bpf_map_operate() works on maps of every kind"],
  percpu: ["wasm_bpf_map_operate() moves a value for each CPU, and checks the room for all"],
  foreign_maps: ["wasm_bpf_map_operate() refuses numbers that the guest does not own"],
  call_count: ["wasm_bpf_map_operate() makes one bpf(2) call"],
  i64_pointers: ["wasm_bpf_map_operate() takes pointers as i64"],
  errors: [
    "every import returns a negative errno for wrong use",
    /Cannot open object .*\n.*[^]*"no_such_program"[^]*Cannot find map "no_such_map": the object has none of this name \(it has calls, [^]*no_such\/tracepoint[^]*Cannot open a buffer on map "globals": EINVAL: it is an array, and only /,
  ],
  ranges: [
    "every import refuses ranges that leave the guest's memory",
    /^wasm-bpf: Cannot find map "a{15}": the object has none of this name \(it has calls, ring_a, [^\n]*\)\n$/,
  ],
  reject: [
    "load and attach failures are explained on stderr",
    /Cannot load object "reject": .*invalid mem access[^]*Cannot attach program "nowhere" to tracepoint no_such\/tracepoint/,
  ],
  struct_ops_values: ["the SDK sets the initial value of a struct_ops map", /EINVAL/],
  globals: ["the SDK sets global variables before load"],
  paths: ["a guest has no access to files and variables of the host"],
  callback_wrapper: ["the callback wrapper calls the export go-callback"],
  no_table: ["a guest that exports no table is called back"],
  sdk: ["the SDK serves C++"],
  older_source: ["the SDK compiles sources for other hosts of this ABI"],
};

/** True when the host reports that this kernel is too old. It compares versions, so a newer kernel cannot give this reason. */
function isTooOld({ code, stderr }: Finished): boolean {
  return code !== 0 && /\(hint: [^\n]* needs Linux \d+\.\d+; this is /.test(stderr);
}

for (const [name, [promise, stderr]] of Object.entries(GUESTS)) {
  Deno.test(`${promise} (${name})`, async () => {
    const finished = await runWasmBpf([...ANY_PROGRAM, testGuest(name)]);
    if (["map_types", "struct_ops_values"].includes(name) && isTooOld(finished)) return;
    assertEquals(failures(finished), []);
    assertEquals(foreignLines(finished), [], "the host writes nothing to the guest's stdout");
    if (stderr) assertMatch(finished.stderr, stderr);
    else assertEquals(finished.stderr, "");
  });
}

/** The lines of stdout that are not a test guest's own. */
function foreignLines({ stdout }: Finished): string[] {
  return stdout.trimEnd().split("\n").filter((line) => !/^(ok|not ok|#) /.test(line));
}

Deno.test("the host exits with the guest's own code", async () => {
  for (const code of [0, 1, 42, 125, 127, 255]) {
    assertEquals(await runWasmBpf([testGuest("exit_code"), `${code}`]), { code, stdout: "", stderr: "" });
  }
});

Deno.test("exit in a callback ends the guest with its code", async () => {
  assertEquals(await runWasmBpf([testGuest("exit_in_callback")]), { code: 7, stdout: "", stderr: "" });
});

Deno.test("a trap in a callback ends the guest with 134, a line with the reason, and a line with the guest's functions", async () => {
  const { code, stdout, stderr } = await runWasmBpf([testGuest("trap_in_callback")]);
  assertEquals([code, stdout], [134, ""]);
  assertMatch(stderr, /^wasm-bpf: .*unreachable.*\nwasm-bpf: in function\[\d+\]( < function\[\d+\])+\n$/);
});

Deno.test("argv is the module as typed and the arguments after it, untouched", async () => {
  const args = ["-h", "--", "--env", "X=1", "", "two words", "näive 火 🐝", "-v"];
  const { code, stdout } = await runWasmBpf([testGuest("arguments"), ...args]);
  assertEquals([code, stdout], [0, [testGuest("arguments"), ...args, ""].join("\n")]);
});

const CGROUP = cgroupRoot();

/** Programs of tests/guests/targets.bpf.c, with a target for each. */
const TARGETS: readonly (readonly [program: string, target?: string])[] = [
  ["on_xdp", "lo"],
  ["on_tc", "lo"],
  ["on_tcx", "lo"],
  ["on_sockops", CGROUP],
  ["on_cgroup_skb", CGROUP],
  ["on_cgroup_sock", CGROUP],
  ["on_uprobe", "libc.so.6:getpid"],
  ["on_uprobe", "libc.so.6:getpid+0"],
  ["on_uretprobe", "libc.so.6:getpid"],
  ["on_tracepoint", "syscalls/sys_enter_getpgid"],
  ["on_raw_tracepoint", "sched_switch"],
  ["on_perf_event", "cpu-clock@99Hz"],
  ["on_socket_filter", "lo"],
  ["on_sk_lookup", "/proc/self/ns/net"],
  ["on_netfilter", "ipv4/pre_routing/10"],
  ["by_section"],
  ["raw_by_section"],
  ["by_section", ""],
];

for (const [program, target] of TARGETS) {
  const where = target === undefined ? "by its section name" : `to "${target}"`;
  Deno.test(`wasm_attach_bpf_program() attaches ${program} ${where}`, async () => {
    const finished = await runWasmBpf([
      ...ANY_PROGRAM,
      "--allow-persist",
      testGuest("attach"),
      program,
      ...(target === undefined ? [] : [target]),
    ]);
    if (["on_tcx", "on_netfilter"].includes(program) && isTooOld(finished)) return;
    assertEquals(failures(finished), []);
    assertEquals(finished.stderr, "");
  });
}

Deno.test("wasm_attach_bpf_program() names a target that does not exist", async () => {
  for (const [program, target, reason] of [["on_xdp", "no-such0", "ENODEV"], ["on_sockops", "/no/such", "ENOENT"]]) {
    const { code, stderr } = await runWasmBpf([...ANY_PROGRAM, testGuest("attach"), program ?? "", target ?? ""]);
    assertEquals(code, 1);
    assert(stderr.includes(target ?? "") && stderr.includes(reason ?? ""), stderr);
  }
});

Deno.test("wasm_attach_bpf_program_fd() attaches to a directory that the guest holds", async () => {
  assertEquals(failures(await runWasmBpf([...ANY_PROGRAM, "--dir", CGROUP, testGuest("attach_fd")])), []);
});
