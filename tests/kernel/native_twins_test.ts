/**
 * Compares the examples of ABI version 2 with programs that are built natively from the same sources, with bpftool's skeletons and the
 * same libbpf: both must print the same and end alike.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type Finished, run, WASM_BPF } from "./command.ts";
import { framesOf, leaky } from "./leaky.ts";
import { cgroupRoot } from "./mounts.ts";
import { PERMISSIONS_OF, RunningExample } from "./running_example.ts";
import { compiledProgram, uniqueProgram } from "./unique_program.ts";

const TWINS = new URL("../../.build/guests/twins/", import.meta.url).pathname;

/** The command of a guest, and of its native twin. The guest's libc removes `.wasm` from its name, so both have the same. */
function commandsOf(name: string, args: readonly string[]): [guest: string[], native: string[]] {
  const guest = [...WASM_BPF, ...PERMISSIONS_OF[name] ?? [], `${TWINS}${name}.wasm`, ...args];
  return [guest, [`${TWINS}${name}`, ...args]];
}

/** Runs a command to its end, after `before`. The host's own line on stderr is removed, since native programs have none. */
async function finish(words: readonly string[], before: readonly string[] = []): Promise<Finished & { host: string }> {
  const [command = "", ...args] = [...before, ...words];
  const { stderr, ...rest } = await run(command, args);
  const lines = stderr.split("\n");
  const isHosts = (line: string) => line.startsWith("wasm-bpf: ");
  return {
    ...rest,
    stderr: lines.filter((line) => !isHosts(line)).join("\n"),
    host: lines.filter(isHosts).join("\n"),
  };
}

/** Asserts that a guest and its twin end alike. @returns what both print, and the host's line. */
async function assertSameEnd(name: string, args: readonly string[], before: readonly string[] = []) {
  const [guest, native] = commandsOf(name, args);
  const { host, ...expected } = await finish(native, before);
  const actual = await finish(guest, before);
  assertEquals(host, "");
  assertEquals({ ...actual, host }, { ...expected, host }, `${name} ${args.join(" ")}`);
  return actual;
}

/** Arguments with which an example does not start to trace. */
const WITHOUT_TRACING: Readonly<Record<string, readonly string[][]>> = {
  bootstrap: [["--help"], ["-h"], ["--dur=x"], ["-d"], ["-d", "-1"], ["--bogus"], ["-vx"], ["operand"]],
  runqlat: [["--help"], ["-h"], ["0"], ["1", "x"], ["1", "1", "1"], ["-p", "99999999999"], ["-mPq"]],
  execve: [["--help"], ["-h"], ["operand"]],
  opensnoop: [
    ...[["--help"], ["-?"], ["-h"], ["--usage"], ["--bogus"], ["--name"], ["-p"], ["-p", "x"], ["-Tq"], ["operand"]],
    ...[["--fail=1"], ["-V"], ["--version"], ["--t", "--usage"]],
  ],
  xdp: [["--help"], [], ["lo", "x"], ["lo", "1", "0"], ["no_such"]],
  lsm: [["--help"], [], ["x".repeat(64)]],
  netfilter: [["--help"], ["-h"], [], ["sctp"], ["udp", "tcp"], ["--bogus"]],
  struct_ops: [["--help"], ["-h"], ["1"], ["x"], ["10", "10"], ["--bogus"]],
  sockfilter: [["--help"], ["-h"], [], ["lo", "x"], ["no_such"]],
  sockops: [["--help"], ["-h"], ["a", "b"], ["/no/such/cgroup"], ["/etc/hostname"]],
  uprobe: [["--help"], ["-h"], [], ["libc.so.6"], ["libc.so.6", "getpgid", "x"]],
  tc: [["--help"], ["-h"], ["--usage"], [], ["lo"], ["lo", "0"], ["lo", "65536"], ["lo", "1", "2"], ["no_such", "1"]],
  kprobe: [["--help"], ["-h"], ["--usage"], ["operand"], ["-p", "x"], ["-xq"], ["--refused=1"]],
  ksyscall: [["--help"], ["-h"], ["--usage"], ["operand"], ["-s", "0"], ["-s", "65"], ["--bogus"]],
  fentry: [["--help"], ["-h"], ["--usage"], ["0"], ["1", "x"], ["1", "1", "1"], ["-p", "0"]],
  profile: [["--help"], ["-h"], ["--usage"], ["0"], ["1", "1"], ["-F", "0"], ["-F", "10001"], ["-p", "x"], ["-fq"]],
  usdt: [["--help"], ["-h"], ["--usage"], [], ["a", "b"], ["a", "b", "c", "d"], ["-p", "0"], ["--bogus"]],
  map_of_maps: [["--help"], ["-h"], ["0"], ["1", "x"], ["1", "1", "1"], ["-n", "x"], ["-r", "0"], ["--bogus"]],
  task_iter: [["--help"], ["-h"], ["-n"], ["operand"]],
  user_ringbuf: [["--help"], ["-h"], ["-x"]],
  memleak: [["--help"], ["-h"], [], ["0"], ["1", "0"], ["1", "1", "x"], ["1", "1", "1", "1"], ["-r", "0", "1"], ["-l"]],
};

for (const [name, invocations] of Object.entries(WITHOUT_TRACING)) {
  Deno.test(`${name} prints its help, and reasons for refusing arguments, as its native twin does`, async () => {
    for (const args of invocations) {
      const { code, stdout, stderr, host } = await assertSameEnd(name, args);
      assert(stdout + stderr !== "", `${name} ${args} prints nothing`);
      assertEquals([code === 0, host], [stderr === "", ""]);
    }
  });
}

const LACKING = ["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"];

/** Arguments with which an example without others does not start. */
const LEAST_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  xdp: ["lo"],
  lsm: ["name"],
  netfilter: ["udp"],
  sockfilter: ["lo"],
  sockops: [cgroupRoot()],
  uprobe: ["libc.so.6", "getpgid"],
  tc: ["lo", "1"],
  usdt: ["/usr/bin/python3", "python", "line"],
  memleak: ["1"],
};

for (const name of Object.keys(WITHOUT_TRACING)) {
  Deno.test(`${name} without privileges prints what its native twin prints`, async () => {
    const args = LEAST_ARGUMENTS[name] ?? [];
    const { code, stderr, host } = await assertSameEnd(name, args, ["setpriv", ...LACKING]);
    assertEquals(code, 1);
    assertMatch(stderr, /^libbpf: .*\n(.*\n)*Cannot load the BPF programs?\n$/);
    assertMatch(host, /^wasm-bpf: Cannot load object "\w+_bpf": EPERM: .*$/);
  });
}

Deno.test("xdp prints what its native twin prints when the interface has a program", async () => {
  await using _other = await RunningExample.of([`${TWINS}xdp`, "lo"]);
  const { code, stdout, host } = await assertSameEnd("xdp", ["lo", "1", "1"]);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(host, /^wasm-bpf: Cannot attach program "count_packet" to xdp 1: EBUSY: .*$/);
});

/** The lines of a guest and its twin that contain `word`, sorted, after both saw the same activity. */
async function linesOfBoth(
  name: string,
  { args, word, count, activity }: { args: string[]; word: string; count: number; activity: string },
): Promise<[guest: string[], native: string[]]> {
  const [guestWords, nativeWords] = commandsOf(name, args);
  await using guest = await RunningExample.of(guestWords);
  await using native = await RunningExample.of(nativeWords);
  assertEquals(guest.header, native.header);
  const { code, stderr } = await run("bash", ["-e", "-c", activity]);
  assertEquals(code, 0, stderr);
  const lines: string[][] = [];
  for (const one of [guest, native]) {
    lines.push((await one.matching(new RegExp(word), count)).sort());
    const ended = await one.stop();
    assertEquals([ended.status.code, ended.stderr], [0, ""]);
  }
  const [guestLines = [], nativeLines = []] = lines;
  assertEquals(nativeLines.length, count);
  return [guestLines, nativeLines];
}

Deno.test("execve and its native twin print the same command lines", async () => {
  await using program = await uniqueProgram("/bin/true");
  const activity = `for i in {1..200}; do ${program.path} $i "two words" '' $'\\t'; done
    ${program.path} $(printf 'x%.0s' {1..5000})`;
  // The shell has the whole activity as an argument, in quotes.
  const word = `^[^']* ${program.path} `;
  const [guest, native] = await linesOfBoth("execve", { args: [], word, count: 201, activity });
  assertEquals(guest, native);
});

Deno.test("bootstrap and its native twin print the same starts and ends", async () => {
  await using program = await uniqueProgram("/bin/bash");
  const activity = `for i in {0..99}; do ${program.path} -c "exit $i" || true; done`;
  const both = await linesOfBoth("bootstrap", { args: [], word: program.name, count: 200, activity });
  // Each has its own BPF program, which reads the clock for itself.
  const [guest, native] = both.map((lines) =>
    lines.map((line) => line.replace(/^\d\d:\d\d:\d\d /, "").replace(/\(\d+ms\)$/, "")).sort()
  );
  assertEquals(guest, native);
});

Deno.test("opensnoop and its native twin print the same files", async () => {
  await using program = await uniqueProgram("/bin/cat");
  const activity = `${program.path} /etc/{passwd,hostname,no_such_file} >/dev/null 2>&1 || true`;
  const word = " /etc/(passwd|hostname|no_such_file)$";
  const [guest, native] = await linesOfBoth("opensnoop", { args: ["-n", program.name], word, count: 3, activity });
  assertEquals(guest, native);
});

Deno.test("sockfilter and its native twin print the same packets", async () => {
  const activity = "for i in {1..50}; do echo hello >/dev/udp/127.0.0.1/47615; done";
  const both = { args: ["lo"], word: "127\\.0\\.0\\.1:47615 ", count: 50, activity };
  const [guest, native] = await linesOfBoth("sockfilter", both);
  assertEquals(guest, native);
});

Deno.test("runqlat and its native twin print the same histogram of a process that does not run", async () => {
  const { code, stdout, host } = await assertSameEnd("runqlat", ["-p", "999999999", "-mP", "1", "1"]);
  assertEquals([code, stdout, host], [0, "Tracing run queue latency... Hit Ctrl-C to end.\n\n", ""]);
});

Deno.test("task_iter prints what its native twin prints of a process", async () => {
  await using program = await uniqueProgram("/bin/sleep");
  const child = new Deno.Command(program.path, { args: ["600"] }).spawn();
  const outputs = [];
  for (const words of commandsOf("task_iter", ["-n", program.name])) {
    const { code, stdout, stderr } = await finish(words);
    assertEquals([code, stderr], [0, ""]);
    outputs.push(stdout.replace(/ +\d+ sleeping/, " AGE sleeping"));
  }
  child.kill();
  await child.status;
  assertEquals(outputs[0], outputs[1]);
  assertMatch(outputs[0] ?? "", new RegExp(`^PID .*\n${child.pid} +${Deno.pid} +1 AGE sleeping ${program.name}\n$`));
});

Deno.test("user_ringbuf and its native twin print the same starts", async () => {
  await using program = await uniqueProgram("/bin/true");
  const activity = `for i in {1..100}; do ${program.path}; done`;
  const both = { args: ["other", program.name], word: program.name, count: 100, activity };
  const [guest, native] = await linesOfBoth("user_ringbuf", both);
  assertEquals(guest, native);
});

Deno.test("memleak and its native twin print the same leaks", async () => {
  await using target = await leaky(100);
  const [guestWords, nativeWords] = commandsOf("memleak", [target.pid, "1"]);
  await using guest = await RunningExample.of(guestWords);
  await using native = await RunningExample.of(nativeWords);
  assertEquals(guest.header, native.header);
  await target.go();
  const last: string[][] = [];
  for (const one of [guest, native]) {
    await one.waitFor(() => one.lines.some((line) => line.endsWith("(700 allocated, 400 freed)")));
    const ended = await one.stop();
    assertEquals([ended.status.code, ended.stderr], [0, ""]);
    const table = one.lines.join("\n").split("\n\n").at(-1) ?? "";
    last.push(table.trim().replace(/^\S+/, "TIME").split("\n"));
  }
  assertEquals(last[0], last[1]);
  assertEquals(framesOf(last[0]?.join("\n") ?? "").length, 1 + 3 * 4);
});

Deno.test("usdt and its native twin print the same arguments", async () => {
  await using program = await compiledProgram("usdt_arguments.c");
  const args = ["-s", program.path, "wasm_bpf", "work"];
  const activity = `for i in {1..20}; do ${program.path} </dev/null; done`;
  const [guest, native] = await linesOfBoth("usdt", { args, word: program.name, count: 100, activity });
  assertEquals(guest, native);
});

Deno.test("profile and its native twin print the same functions of a busy process", async () => {
  await using program = await compiledProgram("busy_program.c");
  const busy = new Deno.Command(program.path).spawn();
  const args = ["--folded", "--pid", `${busy.pid}`, "2"];
  const [guestWords, nativeWords] = commandsOf("profile", args);
  const guest = [...guestWords.slice(0, WASM_BPF.length), "--dir=/:ro", ...guestWords.slice(WASM_BPF.length)];
  const both = await Promise.all([finish(guest), finish(nativeWords)]);
  busy.kill();
  await busy.status;
  const [first, other] = both.map(({ stdout }) => stdout.split("\n")[0]?.replace(/ \d+$/, ""));
  assertEquals(first, other);
  assertMatch(first ?? "", new RegExp(`^${program.name};.*main;work;burn$`));
  assertEquals(both.map(({ stderr }) => stderr), Array(2).fill("Sampling at 49 Hz... Hit Ctrl-C to end.\n"));
});
