/** Runs the examples in Go, which have the BPF programs of examples in C. languages_test.ts runs go-bootstrap. */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { run, runWasmBpf } from "./command.ts";
import { hasBpfLsm } from "./kernel_features.ts";
import { example, PERMISSIONS_OF, RunningExample } from "./running_example.ts";
import { shell } from "./shell.ts";
import { uniqueProgram } from "./unique_program.ts";

/** Tests an example that scripts/build_guests.sh built, if the machine has a compiler for Go. */
function testExample(name: string, fn: () => Promise<void>, { needs }: { needs?: string | undefined } = {}): void {
  const reason = isBuilt(name.split(" ")[0] ?? "") ? needs : "its compiler is missing";
  const ignore = reason !== undefined;
  Deno.test({ name: ignore ? `${name} (${reason})` : name, ignore, fn });
}

function isBuilt(name: string): boolean {
  try {
    return Deno.statSync(example(name)).isFile;
  } catch {
    return false;
  }
}

testExample("go-execve prints the lines of execve", async () => {
  await using program = await uniqueProgram("/bin/true");
  await using c = await RunningExample.start("execve");
  await using go = await RunningExample.start("go-execve");
  assertEquals(go.header, c.header);
  const words = `one 'two words' '' $'\\t' ä; ${program.path} $(printf 'x%.0s' {1..5000})`;
  await shell(`${program.path} ${words}; for i in {1..98}; do ${program.path} $i; done`);
  const pattern = new RegExp(`^\\d+ +\\d+ +0 +\\S+ +${program.path} `);
  const lines = await go.matching(pattern, 100);
  assertEquals(lines, await c.matching(pattern, 100));
  assertMatch(lines[0] ?? "", / one 'two words' '' '\?' ä$/);
  assertMatch(lines[1] ?? "", / x{3900,4096} \.\.\.$/);
  assertMatch(lines[99] ?? "", / 98$/);
  const { status, stderr } = await go.stop();
  assertEquals([status.code, stderr], [0, ""]);
});

const LSM = hasBpfLsm() ? undefined : "needs `bpf` in lsm=, and no lockdown";

testExample("go-lsm keeps a directory from being removed", async () => {
  const directory = await Deno.makeTempDir();
  const kept = `wb${crypto.randomUUID().slice(0, 8)}`;
  await shell(`mkdir ${directory}/${kept} ${directory}/other`);
  await using lsm = await RunningExample.start("go-lsm", [kept]);
  assertEquals(lsm.header, "PID     UID    COMM             KEPT DIRECTORY");
  const refused = await run("rmdir", [`${directory}/${kept}`]);
  assertStringIncludes(refused.stderr, "Operation not permitted");
  await shell(`rmdir ${directory}/other`);
  const [line = ""] = await lsm.matching(new RegExp(`${kept}$`), 1);
  assertMatch(line, new RegExp(`^\\d+ +0 +rmdir +${kept}$`));
  const { status, stderr } = await lsm.stop();
  assertEquals([status.code, stderr], [0, ""]);
  await shell(`rmdir ${directory}/${kept} ${directory}`);
}, { needs: LSM });

for (const [name, wrong] of Object.entries({ "go-bootstrap": ["x"], "go-execve": ["x"], "go-lsm": [] })) {
  testExample(`${name} has help, and shows it when it is called wrongly`, async () => {
    const words = [...PERMISSIONS_OF[name] ?? [], example(name)];
    const help = await runWasmBpf([...words, "--help"]);
    assertMatch(help.stdout, new RegExp(`^usage: ${name}`));
    assertEquals([help.code, help.stderr], [0, ""]);
    const { code, stdout, stderr } = await runWasmBpf([...words, ...wrong]);
    assertEquals([code, stdout, stderr], [2, "", help.stdout]);
  });
}
