/** Runs the examples with probes of functions, in programs and in the kernel. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { kernelHas } from "./kernel_features.ts";
import { RunningExample } from "./running_example.ts";
import { shell } from "./shell.ts";

/** tests/kernel/usdt_arguments.c, compiled to a program with a unique name. */
async function probedProgram() {
  const directory = await Deno.makeTempDir();
  const name = `wb${crypto.randomUUID().slice(0, 8)}`;
  const source = new URL("usdt_arguments.c", import.meta.url).pathname;
  await shell(`gcc -O1 -o ${directory}/${name} ${source}`);
  return {
    name,
    path: `${directory}/${name}`,
    [Symbol.asyncDispose]: () => Deno.remove(directory, { recursive: true }),
  };
}

Deno.test("usdt shows each hit of one process, with arguments of every kind", async () => {
  await using program = await probedProgram();
  const process = new Deno.Command(program.path, { stdin: "piped" }).spawn();
  await using usdt = await RunningExample.start("usdt", [
    ...["-s", "-p", `${process.pid}`],
    ...[program.path, "wasm_bpf", "work"],
  ]);
  assertEquals(usdt.header, "PID     COMM             ARGUMENTS");
  await process.stdin.close();
  assertEquals((await process.status).code, 0);
  const lines = await usdt.matching(/^/, 5);
  const start = `${process.pid}`.padEnd(8) + program.name.padEnd(17);
  assertEquals(lines.map((line) => line.slice(0, start.length)), Array(5).fill(start));
  const rest = lines.map((line) => line.slice(start.length));
  assertMatch(rest[2] ?? "", /^0 (0x[0-9a-f]+|\d+) -7$/); // an empty text
  assertEquals(rest.toSpliced(2, 1), ['-2000 "one" -7', '-1000 "two" -7', '1000 "four" -7', '2000 "five" -7']);
  const { status, stderr } = await usdt.stop();
  assertEquals([status.code, stderr], [0, ""]);
});

Deno.test({
  name: "usdt shows the hits of all processes (needs Linux 5.15)",
  ignore: !kernelHas("BPF_FUNC_get_attach_cookie"),
  fn: async () => {
    await using program = await probedProgram();
    await using usdt = await RunningExample.start("usdt", [program.path, "wasm_bpf", "work"]);
    await shell(`for i in 1 2 3; do ${program.path} </dev/null; done`);
    const lines = await usdt.matching(new RegExp(` ${program.name} `), 15);
    assertEquals(lines.length, 15);
    assert(lines.every((line) => /^\d+ +\S+ +-?\d+ (0x[0-9a-f]+|\d+) -7$/.test(line)), lines.join("\n"));
  },
});
