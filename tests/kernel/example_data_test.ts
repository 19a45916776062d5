/** Runs the examples that show ways of data between a guest and the kernel. Numbers are exact. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { run, runWasmBpf } from "./command.ts";
import { compiled } from "./compiled.ts";
import { kernelHas } from "./kernel_features.ts";
import { framesOf, leaky } from "./leaky.ts";
import { example, RunningExample } from "./running_example.ts";
import { uniqueProgram } from "./unique_program.ts";

const GETPGID = Deno.build.arch === "aarch64" ? "155" : "121";

/** An emulated machine takes longer for each. */
const CALLS = Deno.env.has("EXAMPLE_PROCESSES") ? 50_000 : 1_000_000;

Deno.test(`map_of_maps counts each of ${CALLS} calls in one interval while it changes maps`, async () => {
  await using producer = await compiled(new URL("getpgid_producer.c", import.meta.url).pathname);
  await using tables = await RunningExample.start("map_of_maps", ["-n", GETPGID, "-r", "1000", "1"]);
  assertEquals(tables.header, "PID     COMM                    CALLS");
  const start = performance.now();
  let calls = 0;
  // At least three intervals, on machines of any speed.
  while (calls < CALLS || performance.now() - start < 3500) {
    assertEquals((await run(producer.path, [`${CALLS / 5}`])).code, 0);
    calls += CALLS / 5;
  }
  const counts = () => tables.lines.map((line) => /^\d+ +program +(\d+)$/.exec(line)).flatMap((row) => row?.[1] ?? []);
  const sum = () => counts().reduce((total, count) => total + Number(count), 0);
  const tablesBefore = tables.lines.filter((line) => line.startsWith("all processes")).length;
  // The interval that was current at the last call, and one more.
  await tables.waitFor(() => tables.lines.filter((line) => line.startsWith("all")).length >= tablesBefore + 2);
  assertEquals(sum(), calls);
  const { status, stderr } = await tables.stop();
  assertEquals([status.code, stderr], [0, ""]);
});

Deno.test("map_of_maps prints COUNT tables of at most ROWS processes, the busiest first", async () => {
  const { code, stdout, stderr } = await runWasmBpf([example("map_of_maps"), "-r", "2", "1", "2"]);
  assertEquals([code, stderr], [0, ""]);
  const tables = stdout.split("\n\n").slice(0, -1);
  assertEquals(tables.length, 2);
  for (const table of tables) {
    const [header, ...rows] = table.split("\n");
    assertEquals(header, "PID     COMM                    CALLS");
    const counts = rows.map((row) => Number(row.split(/ +/).at(-1)));
    const [sum = 0] = counts.splice(-1);
    assert(counts.length <= 2);
    assertEquals(counts, counts.toSorted((a, b) => b - a));
    assert(counts.reduce((a, b) => a + b, 0) <= sum);
  }
});

Deno.test("task_iter lists each of 100 processes once, with its parent, threads and state", async () => {
  await using program = await uniqueProgram("/bin/sleep");
  const children = Array.from({ length: 100 }, () => new Deno.Command(program.path, { args: ["600"] }).spawn());
  try {
    children[0]?.kill("SIGSTOP");
    // The name changes when the child has executed the program.
    const started = () => children.filter(({ pid }) => commOf(pid) === program.name).length;
    while (started() < children.length) await new Promise((resolve) => setTimeout(resolve, 20));
    const { code, stdout, stderr } = await runWasmBpf([example("task_iter"), "-n", program.name]);
    assertEquals([code, stderr], [0, ""]);
    const [header, ...lines] = stdout.trimEnd().split("\n");
    assertEquals(header, "PID     PPID    THREADS     AGE(s) STATE    COMM");
    const row = ({ pid }: Deno.ChildProcess, index: number) =>
      `${pid} ${Deno.pid} 1 ${index === 0 ? "stopped" : "sleeping"} ${program.name}`;
    assertEquals(
      lines.map((line) => line.replace(/ +\d+ +([a-z]+) /, " $1 ").replace(/ +/g, " ")).sort(),
      children.map(row).sort(),
    );
  } finally {
    for (const child of children) child.kill("SIGKILL");
    await Promise.all(children.map((child) => child.status));
  }
});

/** The name of a process. */
function commOf(pid: number): string {
  return Deno.readTextFileSync(`/proc/${pid}/comm`).trimEnd();
}

Deno.test("task_iter lists the threads of a process as one line, and all processes without -n", async () => {
  const countThreads = () => [...Deno.readDirSync("/proc/self/task")].length;
  let threads, finished;
  do {
    threads = countThreads();
    finished = await runWasmBpf([example("task_iter")]);
  } while (threads !== countThreads());
  assert(threads > 1);
  assertEquals(finished.code, 0);
  const own = finished.stdout.split("\n").filter((line) => line.startsWith(`${Deno.pid} `));
  assertEquals(own.map((line) => line.split(/ +/)[2]), [`${threads}`]);
});

const lacksUserRingbuf = !kernelHas("BPF_MAP_TYPE_USER_RINGBUF");

Deno.test({
  name: "user_ringbuf prints the starts of watched programs, and none of forgotten ones (needs Linux 6.1)",
  ignore: lacksUserRingbuf,
  fn: async () => {
    await using first = await uniqueProgram("/bin/true");
    await using second = await uniqueProgram("/bin/true");
    await using watcher = await RunningExample.start("user_ringbuf", [first.name], { stdin: "piped" });
    assertEquals(watcher.header, "PID     PPID    COMM");
    const linesOf = (name: string) => watcher.lines.filter((line) => line.endsWith(` ${name}`));
    for (let i = 0; i < 20; i++) await run(first.path, []);
    await watcher.waitFor(() => linesOf(first.name).length >= 20);
    assertMatch(linesOf(first.name)[0] ?? "", new RegExp(`^\\d+ +${Deno.pid} +${first.name}$`));

    await watcher.write(`-${first.name}\n+${second.name}\n`);
    while (linesOf(second.name).length === 0) await run(second.path, []);
    const before = (await watcher.matching(new RegExp(` ${second.name}$`), 1)).length;
    for (let i = 0; i < 20; i++) {
      await run(first.path, []);
      await run(second.path, []);
    }
    await watcher.matching(new RegExp(` ${second.name}$`), before + 20);
    assertEquals([linesOf(first.name).length, linesOf(second.name).length], [20, before + 20]);

    await watcher.write(`bogus\n+\n+${first.name}\n`);
    while (linesOf(first.name).length === 20) await run(first.path, []);
    const { status, stderr } = await watcher.stop();
    assertEquals(status.code, 0);
    assertEquals(
      stderr,
      ["bogus", "+"].map((line) => `Unknown command '${line}': it must be +NAME or -NAME\n`).join(""),
    );
  },
});

Deno.test("memleak counts each of 500 rounds of leaks, by stacks with the names of functions", async () => {
  await using target = await leaky(500);
  await using memleak = await RunningExample.start("memleak", [target.pid, "1"]);
  assertEquals(memleak.header, "Tracing allocations... Hit Ctrl-C to end.");
  await target.go();
  await memleak.waitFor(() => memleak.lines.some((line) => line.endsWith(`(${500 * 7} allocated, ${500 * 4} freed)`)));
  const { status, stderr } = await memleak.stop();
  assertEquals([status.code, stderr], [0, ""]);
  const last = memleak.lines.join("\n").split("\n\n").at(-1) ?? "";
  const bytes = { lose_grown: 5000, lose_table: 150, lose_record: 100 };
  assertEquals(framesOf(last), [
    `${500 * 5250} bytes in 1500 allocations are not freed (3500 allocated, 2000 freed)`,
    ...Object.entries(bytes).flatMap(([name, size]) => [
      `${500 * size} bytes in 500 allocations from`,
      ...[name, "go_round", "main"].map((one) => `${one} (leaky)`),
    ]),
  ]);
});

Deno.test("memleak gives the reason when the process or the library does not exist", async () => {
  for (const args of [["999999999"], ["-l", "/no/such/library.so", `${Deno.pid}`]]) {
    const { code, stdout, stderr } = await runWasmBpf([example("memleak"), ...args]);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, /^Cannot attach to free\(\) of '.*' in process \d+: No such (process|file or directory)$/m);
  }
});

for (const [name, ignore] of Object.entries({ map_of_maps: false, user_ringbuf: lacksUserRingbuf })) {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.test({
      name: `${name} ends by itself on ${signal}, with exit code 0${ignore ? " (needs Linux 6.1)" : ""}`,
      ignore,
      fn: async () => {
        await using running = await RunningExample.start(name);
        const start = performance.now();
        const { status, stderr } = await running.stop(signal);
        assertEquals([status.code, status.signal, stderr], [0, null, ""]);
        assert(performance.now() - start < 3000);
      },
    });
  }
}
