/** Runs tests/guests/languages/zig/abilities.zig, which does what the Zig package can do, for wasm32 and for wasm64. */

import { llvmTool } from "../../scripts/pins.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { directoryWith, runWasmBpf } from "./command.ts";
import { RunningExample } from "./running_example.ts";

const ROOT = new URL("../../", import.meta.url).pathname;
const GUESTS = `${ROOT}.build/guests/languages/`;

/** Each case is in abilities.zig. */
const LINES = `before load: count 300, total 100
lookup: 4 null
exists: Cannot update map "squares": EEXIST
missing: Cannot update map "squares": ENOENT
full: Cannot update map "squares": E2BIG
iterator: 614
delete: true false
take: 9 null
per-CPU: true true true
per-CPU key: 5
per-CPU values: Cannot update map "pairs": EINVAL: it needs a value for each possible CPU
queue: 10 10 11
map of maps: true true 77
batches: 2 3 1145 2
batch: Cannot delete from map "squares": ENOENT
user ring: 2 42
full user ring: Cannot write to a user ring buffer: E2BIG
kconfig: true
iter: 2=4
no ring: Cannot read a ring buffer: EINVAL: it has no ring
run: 7, total 1300
ring lost: 45
callback: Enough
ring: 249 255 32385
empty: 0 0
short: RecordTooShort
perf: true true true
perf all: true
attached: true false false
calls: true
detached: true
detach: Cannot detach a program: EOPNOTSUPP
no place: Cannot attach program "sample": EOPNOTSUPP: its section does not say where
no tracepoint: Cannot attach program "count_calls": ENOENT: prog 'count_calls': failed to attach to raw tracepoint 'no_such': No such file or directory
no map: Cannot find map "no_such": ENOENT
no program: Cannot find program "no_such": ENOENT
types: Cannot use map "squares": EINVAL: it has keys of 4 and values of 8 bytes, and the types have 4 and 4
single: Cannot use map "pairs": EINVAL: it is per-CPU
damaged: Cannot open object "damaged": EINVAL
refused: EACCES
log: true
before load: Cannot use map "squares": EINVAL: it is not in the kernel`.split("\n");

for (const module of ["zig_abilities", "zig_abilities64"]) {
  const path = `${GUESTS}${module}.wasm`;
  const ignore = !exists(path);
  const skipped = ignore ? " (skipped: its compiler is missing)" : "";

  Deno.test({
    name: `${module}: maps, buffers, iterators, links, variables and errors of the Zig package${skipped}`,
    ignore,
    fn: async () => {
      const { code, stdout, stderr } = await runWasmBpf(["--quiet", path]);
      assertEquals([stdout.trimEnd().split("\n"), stderr, code], [LINES, "", 0]);
    },
  });

  Deno.test({
    name: `${module}: deinit() leaves no descriptor and no mapping open, and a signal ends a poll${skipped}`,
    ignore,
    fn: async () => {
      const few = await openAfter(path, 2);
      const many = await openAfter(path, 12);
      assertEquals(many, few);
    },
  });
}

const EXAMPLE = `${ROOT}examples/zig-bootstrap/zig-bootstrap.wasm`;

Deno.test({
  name: "zig-bootstrap prints its usage on request, and on stderr for a wrong argument",
  ignore: !exists(EXAMPLE),
  fn: async () => {
    const help = await runWasmBpf([EXAMPLE, "--help"]);
    assertMatch(help.stdout, /^usage: zig-bootstrap \[MIN_DURATION_MS\]\n\n.*\n$/);
    assertEquals([help.code, help.stderr], [0, ""]);
    assertEquals(await runWasmBpf([EXAMPLE, "-h"]), help);
    for (const words of [["soon"], ["1", "2"]]) {
      const wrong = await runWasmBpf([EXAMPLE, ...words]);
      assertEquals([wrong.code, wrong.stdout, wrong.stderr], [2, "", help.stdout]);
    }
  },
});

Deno.test("wasm-bpf build names the command that installs Zig, if there is none or an older one", async () => {
  await using folder = await directoryWith({});
  const guest = `${folder.path}/tool`;
  assertEquals((await runWasmBpf(["new", "--lang", "zig", guest])).code, 0);
  const hint = "(hint: https://ziglang.org/download, or pip install ziglang==0.17.1 in a virtual environment)\n";
  // Without python3, whose packages may have a Zig.
  const programs = `${folder.path}/programs`;
  await Deno.mkdir(programs);
  for (const program of [llvmTool("clang"), "env"]) await Deno.symlink(`/usr/bin/${program}`, `${programs}/${program}`);
  assertEquals(await build(guest, programs), [127, `wasm-bpf: Cannot compile: no zig in PATH ${hint}`]);
  await Deno.writeTextFile(`${programs}/zig`, "#!/bin/sh\necho 0.13.0\n", { mode: 0o755 });
  assertEquals(await build(guest, programs), [
    127,
    `wasm-bpf: Cannot compile: zig 0.13.0 is older than 0.14.1 ${hint}`,
  ]);
});

Deno.test("wasm-bpf build of a guest that does not compile says how a record's type gets into the skeleton", async () => {
  await using folder = await directoryWith({ "zig": `#!/bin/sh\n[ "$1" = build ] && exit 1\necho 0.17.1\n` });
  await Deno.chmod(`${folder.path}/zig`, 0o755);
  const guest = `${folder.path}/tool`;
  await runWasmBpf(["new", "--lang", "zig", guest]);
  const path = `${folder.path}:/usr/bin`;
  const line = `wasm-bpf: Cannot build "${guest}": zig failed at ${guest}/tool.wasm`;
  assertEquals(await build(guest, path), [1, `${line}\n`]);
  const program = `${guest}/tool.bpf.c`;
  const source = await Deno.readTextFile(program);
  await Deno.writeTextFile(program, source.replace(/^const struct event .*$/m, ""));
  const hint = "if the guest lacks a type of tool.bpf.c, add a global pointer there: const struct event *unused;";
  assertEquals(await build(guest, path), [1, `${line} (hint: ${hint})\n`]);
});

/** The exit code and the messages of `build` with the programs of a folder alone. */
async function build(guest: string, path: string): Promise<[number, string]> {
  const { code, stderr } = await runWasmBpf(["build", guest], { env: { PATH: path } });
  return [code, stderr];
}

/** The descriptors and shared mappings of a guest that opened and closed everything `rounds` times. */
async function openAfter(path: string, rounds: number): Promise<{ descriptors: number; ringMappings: number }> {
  await using guest = await RunningExample.start(path, ["wait", String(rounds)]);
  assertEquals(guest.header, "ready");
  const descriptors = [...Deno.readDirSync(`/proc/${guest.pid}/fd`)].length;
  const ringMappings = Deno.readTextFileSync(`/proc/${guest.pid}/maps`).split("\n")
    .filter((line) => /anon_inode|bpf-map|perf_event/.test(line)).length;
  const { status, stderr } = await guest.stop();
  assertEquals([status.code, stderr], [0, ""]);
  return { descriptors, ringMappings };
}

function exists(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
