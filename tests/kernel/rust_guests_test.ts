/** Runs guests on top of the crate wasm-include/rust/: maps, buffers, the lives of links and pins, and errors. */

import { assertEquals, assertMatch } from "@std/assert";
import { directoryWith, run, runThrough, runWasmBpf, WASM_BPF } from "./command.ts";
import { kernelHas } from "./kernel_features.ts";
import { RunningExample } from "./running_example.ts";
import { shell } from "./shell.ts";

const GUESTS = new URL("../../.build/guests/languages/", import.meta.url).pathname;

/** The path of a guest of tests/guests/languages/rust/. */
function guest(name: string): string {
  return `${GUESTS}rust_${name}.wasm`;
}

/** A test of guests, which needs Rust. */
function testRust(name: string, fn: () => Promise<void>, { needsLoops = false } = {}): void {
  const reason = !isBuilt()
    ? "skipped: its compiler is missing"
    : needsLoops && !kernelHas("bpf_iter_num_new")
    ? "needs Linux 6.4"
    : undefined;
  Deno.test({ name: reason === undefined ? name : `${name} (${reason})`, ignore: reason !== undefined, fn });
}

/** Programs that loop with bpf_for(), beside kinds of maps that older kernels lack. */
const LOOPS = { needsLoops: true };

function isBuilt(): boolean {
  try {
    return Deno.statSync(guest("maps")).isFile;
  } catch {
    return false;
  }
}

testRust("Map reads and writes maps of each kind (Rust)", async () => {
  const { code, stdout, stderr } = await runWasmBpf(["--allow-network", guest("maps")]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.trimEnd().split("\n"), [
    "hash: missing None",
    'hash: place 9 place { name: "place 9", number: 9 }',
    'hash: Cannot update map "places": EEXIST',
    'hash: Cannot update map "places": ENOENT',
    "deleted while walking: 50 from 0 to 49",
    "left: 0, deleted again: false",
    "batches: 60 elements, sum 3540",
    "taken: 50 elements, left 0",
    'batches: Cannot delete from map "places": ENOENT',
    "batches: Cannot update a batch: each key needs a value: EINVAL",
    "array: [(0, 0), (1, 0), (2, 22), (3, 0)]",
    'array: Cannot update map "array": E2BIG',
    "lru: at most 100: true, has the last Some(999)",
    "lpm: Some(2) Some(1) None",
    'queue: full Cannot update map "queue": E2BIG',
    "queue: Some(1) Some(1) Some(2) None",
    'stack: full Cannot update map "stack": E2BIG',
    "stack: Some(2) Some(2) Some(1) None",
    "bloom: true false",
    "percpu: true values for the CPUs, sum 3",
    "percpu: 1 element",
    'percpu: Cannot look up in map "percpu": it is per-CPU: EINVAL',
    "percpu: Cannot set per-CPU values: one for each possible CPU is needed: EINVAL",
    'percpu: Cannot use map "array": it is not per-CPU: EINVAL',
    "map in a map: Some(5), its id true",
    'map in a map: Cannot update map "outer": EINVAL',
    "own: Hash wrong 4 1",
    'own: Cannot use map "wrong" with keys of 8 and values of 4 bytes, since it has 4 and 4: EINVAL',
    "run: 2 with 63 bytes, 0 ff",
    "run: 1, tail calls 3",
    "sections: label label",
    "kconfig: true 0",
    "iterator: 0 is 0",
    "1 is 0",
    "2 is 22",
    "3 is 0",
    "iterator: 0 is 0",
    "1 is 0",
    "2 is 22",
    "3 is 0",
    "maps: inner outer percpu places programs array lru routes queue stack bloom kinds_bp.rodata .rodata.cst16 kinds_bp.bss kinds_b.kconfig",
    "BTF: [9f, eb]",
    'frozen: Cannot update map "array": EPERM',
  ]);
}, LOOPS);

testRust("RingBuffer, PerfBuffer and UserRingBuffer deliver each record, errors and losses (Rust)", async () => {
  const { code, stdout, stderr } = await runWasmBpf([guest("buffers")]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(stdout.trimEnd().split("\n"), [
    "empty: 0 0",
    'error: Cannot find map "no such map": ENOENT (Some("ENOENT"))',
    "seen: record0 record1 record2 record3 record4 record5 record6 record7 record8 record9 record10 record11 record12",
    "the rest: 2 record13 record14",
    "one by one: 1 1 1",
    "descriptor: true",
    "stopped after 2, then 3",
    'wrong map: Cannot open ring buffer "events": EINVAL',
    "no ring: Cannot open a ring buffer without rings: EINVAL",
    "perf: [(0, 0), (0, 1), (0, 2)]",
    "perf: some lost true, told yet []",
    "perf: lost on CPU [0], all 1000",
    "perf: the last 1003",
    'perf: Cannot open perf buffer "events": EINVAL',
    "user ring: 2 taken, sum 12",
    'user ring: Cannot reserve in ring buffer "commands": E2BIG',
    'user ring: Cannot reserve in ring buffer "commands": ENOSPC',
  ]);
}, LOOPS);

testRust("Link detaches when it is dropped, pins last, and nothing leaks (Rust)", async () => {
  await using folder = await directoryWith({});
  await shell(`mount -t bpf none ${folder.path}`);
  try {
    const { code, stdout, stderr } = await runThrough(
      `ulimit -n ${56 + navigator.hardwareConcurrency}; exec "$0" "$@"`,
      [
        "--pin",
        folder.path,
        guest("life"),
        folder.path,
      ],
    );
    assertEquals(stdout.trimEnd().split("\n"), [
      "not attached: (0, 0)",
      "attached: (5, 5), by hand false",
      "attached once: (5, 5)",
      "one detached: (5, 0)",
      "detach: Cannot detach a program: EOPNOTSUPP",
      "both detached: (0, 0)",
      "attached by name: (5, 0)",
      "info: type 7, program true",
      "dropped: (0, 0)",
      'no place: Cannot attach program "by_hand": EOPNOTSUPP',
      "no such tracepoint: Cannot attach program \"by_hand\": ENOENT: failed to determine tracepoint 'syscalls/sys_enter_none' perf event ID: No such file or directory",
      "not loaded: false true",
      'no such program: Cannot find program "none": ENOENT',
      "timer: true with cookie 77",
      "timer: stopped true",
      "timer: Cannot open a perf event: EINVAL",
      "pinned: true true",
      "pinned: RingBuf first the same true",
      "reused: true",
      `unpinned: Cannot open pinned map "${folder.path}/first": ENOENT`,
      "pinned link: true",
      "still attached: (5, 0)",
      "unpinned link: (5, 0)",
      "closed: (0, 0)",
      'outside: Cannot open pinned map "/sys/fs/bpf/../x": EPERM',
      "no leak: 20 rounds, the same numbers true",
    ]);
    assertEquals(code, 0);
    // The host's own lines, about what the guest did on purpose.
    assertMatch(
      stderr,
      /^wasm-bpf: Cannot attach program "by_hand" .*\nwasm-bpf: Cannot use "\/sys\/fs\/bpf\/\.\.\/x": EPERM.*\n$/,
    );
  } finally {
    await shell(`umount ${folder.path}`);
  }
}, LOOPS);

testRust("Error has libbpf's reason, its number and the verifier's log (Rust)", async () => {
  const { code, stdout } = await runWasmBpf([guest("errors")]);
  assertEquals(code, 0);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.slice(0, 3), [
    `Cannot load object "bad_bpf": EACCES: R0 invalid mem access 'map_value_or_null'`,
    `Some("EACCES") 13`,
    "libbpf: prog 'careless': BPF program load failed: Permission denied",
  ]);
  assertEquals(lines.slice(lines.indexOf("libbpf: failed to load object 'bad_bpf'") + 2), [
    'Cannot open object "object": EINVAL',
    'Cannot open object "object": EINVAL',
    'Cannot find map "none": ENOENT',
    'Cannot find map "none.rodata": ENOENT',
    `Cannot attach program "nowhere": ENOENT: prog 'nowhere': failed to attach to raw tracepoint 'no_such_point': No such file or directory`,
    'Cannot use map "numbers" with keys of 8 and values of 8 bytes, since it has 4 and 8: EINVAL',
    "Cannot use a name with a NUL: EINVAL",
    'Cannot find interface "none": ENODEV',
  ]);
});

testRust("a panic in a callback ends the guest, with its place and message (Rust)", async () => {
  const { code, stdout, stderr } = await runWasmBpf([guest("errors"), "panic"]);
  assertEquals([code, stdout], [134, ""]);
  assertMatch(stderr, /^\n?thread 'main'.* panicked at .*src\/bin\/errors\.rs:\d+/);
  assertEquals(stderr.split("a record of 8 bytes").length, 2);
  assertMatch(stderr, /\nwasm-bpf: The guest trapped: unreachable\n/);
});

testRust("Ctrl-C ends std::thread::sleep() without a panic (Rust)", async () => {
  await using sleeping = await RunningExample.start(guest("errors"), ["sleep"]);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const { status, stderr } = await sleeping.stop();
  assertEquals([status.code, stderr, sleeping.lines], [0, "", ["caught Some(2)"]]);
});

Deno.test("build names the command that installs cargo (Rust)", async () => {
  await using folder = await directoryWith({});
  const guest = `${folder.path}/tool`;
  assertEquals((await runWasmBpf(["new", "--lang", "rust", guest])).code, 0);
  // Hides what the machine has. PATH has no tools of rustup.
  const hide = "if [ -e /usr/bin/cargo ]; then mount --bind /dev/null /usr/bin/cargo; fi";
  const script = `${hide}; PATH=/usr/bin:/bin HOME=/nonexistent exec "$0" "$@"`;
  const { code, stderr } = await run("unshare", ["-m", "bash", "-c", script, ...WASM_BPF, "build", guest]);
  assertEquals([code, stderr], [
    127,
    "wasm-bpf: Cannot compile: no cargo in PATH, ~/.cargo/bin or /usr/bin (hint: apt install cargo libstd-rust-dev-wasm32)\n",
  ]);
});
