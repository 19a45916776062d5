/** Runs the example profile on a program whose functions are known. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { runWasmBpf } from "./command.ts";
import { example, PERMISSIONS_OF, RunningExample } from "./running_example.ts";
import { compiledProgram } from "./unique_program.ts";

/** tests/kernel/busy_program.c, running. */
async function busyProgram() {
  const { path, ...program } = await compiledProgram("busy_program.c");
  const process = new Deno.Command(path).spawn();
  return {
    ...program,
    pid: process.pid,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await process.status;
      await program[Symbol.asyncDispose]();
    },
  };
}

/** The CPU time of a process in seconds. */
async function cpuTime(pid: number): Promise<number> {
  const fields = (await Deno.readTextFile(`/proc/${pid}/stat`)).replace(/^.*\) /, "").split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Runs profile to its end. `dir` is a directory that the guest may read. */
async function profile(args: readonly string[], { dir }: { dir?: string } = {}): Promise<string> {
  const directories = dir === undefined ? [] : [`--dir=${dir}:ro`];
  const words = [...PERMISSIONS_OF["profile"] ?? [], ...directories, example("profile"), ...args];
  const { code, stdout, stderr } = await runWasmBpf(words);
  assertEquals(code, 0, stderr);
  return stdout;
}

Deno.test("profile has the busy function of a process on top, with a sample for each interval of CPU time", async () => {
  await using busy = await busyProgram();
  const [cpuBefore, before] = [await cpuTime(busy.pid), performance.now()];
  const stdout = await profile(["-p", `${busy.pid}`, "-F", "99", "3"], { dir: busy.directory });
  // Other processes use the same CPUs, so the process does not run all the time.
  const share = (await cpuTime(busy.pid) - cpuBefore) / ((performance.now() - before) / 1000);
  const [first = ""] = stdout.split("\n\n").slice(1);
  assertMatch(first, new RegExp(`^\\d+ samples: ${busy.name} \\(${busy.pid}\\)\n    burn\n    work\n    main\n`));
  const counts = [...stdout.matchAll(/^(\d+) samples: /gm)].map(([, count]) => Number(count));
  const sum = counts.reduce((total, count) => total + count, 0);
  const expected = 3 * 99 * share;
  assert(sum > expected * 0.6 && sum < expected * 1.4 + 5, `${sum} samples instead of ${expected}`);
  assert((counts[0] ?? 0) > sum * 0.7, `${counts[0]} of ${sum} samples`);
});

Deno.test("profile -f prints each stack in one line, outermost function first", async () => {
  await using busy = await busyProgram();
  const stdout = await profile(["-f", "-p", `${busy.pid}`, "1"], { dir: busy.directory });
  const lines = stdout.trimEnd().split("\n");
  assertMatch(lines[0] ?? "", new RegExp(`^${busy.name};.*main;work;burn \\d+$`));
  assertEquals(lines.filter((line) => !new RegExp(`^${busy.name};\\S* \\d+$`).test(line)), []);
});

Deno.test("profile prints the name of a file whose symbols it may not read", async () => {
  await using busy = await busyProgram();
  const stdout = await profile(["-f", "-p", `${busy.pid}`, "1"]);
  assertMatch(stdout, new RegExp(`^${busy.name};.*\\[${busy.name}\\];\\[${busy.name}\\];\\[${busy.name}\\] \\d+\n`));
});

Deno.test("profile marks the functions of the kernel", async () => {
  const dd = new Deno.Command("dd", { args: ["if=/dev/zero", "of=/dev/null", "bs=64k"], stderr: "null" }).spawn();
  const stdout = await profile(["-f", "-p", `${dd.pid}`, "-F", "199", "2"]);
  dd.kill();
  await dd.status;
  assertMatch(stdout, /^dd;.*read;.*;vfs_read_\[k\].* \d+$/m);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`profile prints its stacks on ${signal}, and ends with exit code 0`, async () => {
    await using busy = await busyProgram();
    const host = [`--dir=${busy.directory}:ro`];
    await using running = await RunningExample.start("profile", ["-p", `${busy.pid}`], { host });
    assertEquals(running.header, "Sampling at 49 Hz... Hit Ctrl-C to end.");
    await new Promise((resolve) => setTimeout(resolve, 1000));
    const { status, stderr } = await running.stop(signal);
    assertEquals([status.code, stderr], [0, ""]);
    assertMatch(running.lines.join("\n"), new RegExp(`^\n\\d+ samples: ${busy.name} \\(${busy.pid}\\)\n`));
  });
}
