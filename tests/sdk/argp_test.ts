/** The command lines of guests: argp, getopt and messages, byte for byte as this machine's glibc prints them. */

import { assertEquals } from "@std/assert";
import { type Finished, run } from "../kernel/command.ts";
import { compileForGuest, compileForHost, runGuest } from "./both.ts";

/** A program for this machine, and the module of the same name, since messages contain it. libc removes the module's ending. */
interface Programs {
  native: string;
  guest: string;
}

async function compileBoth(name: string): Promise<Programs> {
  const [module, native] = await Promise.all([compileForGuest(name), compileForHost(name)]);
  const directory = new URL("named/", `file://${module}`).pathname;
  await Deno.mkdir(directory, { recursive: true });
  const guest = `${directory}${name}.wasm`;
  await Deno.copyFile(module, guest);
  return { native, guest };
}

/** Asserts that both print the same and end with the same code. Returns what they printed. */
async function assertSame(programs: Programs, args: readonly string[], environment = {}): Promise<Finished> {
  const native = await run(programs.native, args, { env: environment });
  const { code, stdout, stderr } = await runGuest(programs.guest, { args, environment });
  const shownName = programs.guest.replace(/\.wasm$/, "");
  assertEquals({ code, stdout, stderr: stderr.replaceAll(shownName, programs.native) }, native);
  return native;
}

/** Command lines of argp_tool.c, and the exit code of each. */
const COMMAND_LINES: readonly (readonly [line: string, code: number])[] = [
  ["", 0],
  ["--help", 0],
  ["-?", 0],
  ["-h", 0],
  ["--usage", 0],
  ["--version", 0],
  ["-V", 0],
  ["--usag", 0],
  ["-Tm -p 12 1 10", 0],
  ["--pid=12 --timestamp --pidnss", 0],
  ["1 -T 2 --pids", 0],
  ["1 -- 2", 0],
  ["-d --duration=4 -d5 --dur", 0],
  ["--mill --uniq --stack=4", 0],
  ["-nname --comm other --uid=5", 0],
  ["--uid=x", 3],
  ["--foo", 64],
  ["--foo=3", 64],
  ["-x", 64],
  ["-Tx", 64],
  ["--pi", 64],
  ["--help=1", 64],
  ["--pid", 64],
  ["-p", 64],
  ["-p 0", 64],
  ["1 2 3", 64],
  ["none", 64],
  ["--timestamp=1", 64],
];

for (const [line, code] of COMMAND_LINES) {
  Deno.test(`argp prints as glibc: argp_tool ${line}`, async () => {
    const args = line.split(" ").filter((word) => word !== "");
    assertEquals((await assertSame(await tool(), args)).code, code);
  });
}

let compiled: Promise<Programs> | undefined;

/** argp_tool.c, compiled once. */
function tool(): Promise<Programs> {
  compiled ??= compileBoth("argp_tool");
  return compiled;
}

Deno.test("argp takes columns from ARGP_HELP_FMT", async () => {
  await assertSame(await tool(), ["--help"], { ARGP_HELP_FMT: "rmargin=60,opt-doc-col=20" });
});

Deno.test("with POSIXLY_CORRECT the first argument ends the options", async () => {
  await assertSame(await tool(), ["-T", "1", "-m"], { POSIXLY_CORRECT: "1" });
});

Deno.test("argp is glibc's for 3000 random argps and command lines", async () => {
  const programs = await compileBoth("argp_random");
  const { code, stdout } = await assertSame(programs, ["0", "3000"]);
  assertEquals([code, stdout.match(/case \d/g)?.length], [0, 3000]);
});

Deno.test("a random argp that exits does so with glibc's status: 9 is the program's own", async () => {
  const programs = await compileBoth("argp_random");
  const codes = new Set<number>();
  for (let seed = 0; seed < 12; seed++) codes.add((await assertSame(programs, [`${seed}`])).code);
  assertEquals([...codes].sort(), [0, 64, 9]);
});

Deno.test("getopt() and getopt_long() are glibc's for 3000 random command lines", async () => {
  const { stdout } = await assertSame(await compileBoth("getopt_random"), ["3000"]);
  assertEquals(stdout.match(/^end /gm)?.length, 3000);
});

for (const [way, code] of [0, 7, 8, 9, 10].entries()) {
  Deno.test(`messages of err.h and error.h are glibc's, and the exit code is ${code}`, async () => {
    assertEquals((await assertSame(await compileBoth("messages"), [`${way}`])).code, code);
  });
}
