import { assertEquals, assertMatch } from "@std/assert";
import { runCommand, withFiles } from "./testdata/run_command.ts";

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

Deno.test("new makes a directory with a guest, and says what comes next", () => {
  withFiles({}, (folder) => {
    const { code, stdout, stderr } = runCommand(["new", `${folder}/my-tool/`]);
    assertEquals([code, stderr], [0, ""]);
    assertMatch(stdout, /\nNext: wasm-bpf build \S+\/my-tool && sudo wasm-bpf \S+\/my-tool\/my-tool\.wasm\n$/);
    const names = [".gitignore", "README.md", "my-tool.bpf.c", "my-tool.c", "my-tool.h"];
    assertEquals(namesIn(`${folder}/my-tool`), names);
    assertMatch(Deno.readTextFileSync(`${folder}/my-tool/my-tool.c`), /struct my_tool_bpf \*skel;/);
  });
});

Deno.test("new quotes a path with a space, as a shell needs it", () => {
  withFiles({}, (folder) => {
    Deno.mkdirSync(`${folder}/my tools`);
    const { stdout } = runCommand(["new", `${folder}/my tools/one`]);
    assertMatch(
      stdout,
      /\nNext: wasm-bpf build '\S+\/my tools\/one' && sudo wasm-bpf '\S+\/my tools\/one\/one\.wasm'\n$/,
    );
  });
});

Deno.test("new changes nothing that exists, and refuses names that C or a shell would misread", () => {
  withFiles({ taken: new Uint8Array() }, (folder) => {
    const cases: [args: string[], code: number, line: RegExp][] = [
      [[`${folder}/taken`], 1, /^wasm-bpf: Cannot make ".*\/taken": it exists\n$/],
      [[`${folder}/1st`], 2, /"1st" is not a name of letters/],
      [[`${folder}/a.b`], 2, /is not a name/],
      [[`${folder}/a b`], 2, /is not a name/],
      [[`${folder}/..`], 2, /is not a name/],
      [["--lang", "rust", `${folder}/wasm-bpf`], 2, /: "wasm-bpf" is the name of the package for guests/],
      [[`${folder}/none/x`], 125, /^wasm-bpf: Cannot make directory ".*\/none\/x": ENOENT.*\n$/],
      [[], 2, /no name given/],
    ];
    for (const [args, code, line] of cases) {
      const result = runCommand(["new", ...args]);
      assertMatch(result.stderr, line);
      assertEquals([result.code, result.stdout], [code, ""]);
    }
    assertEquals(namesIn(folder), ["taken"]);
  });
});

Deno.test("new refuses an unknown language, with the list of those it knows", () => {
  const { code, stderr } = runCommand(["new", "--lang", "cobol", "x"]);
  assertMatch(stderr, /^wasm-bpf: .*"cobol" is not a language \(c\b/);
  assertEquals(code, 2);
});

Deno.test("build refuses an empty name of a directory, as from a variable that is not set", () => {
  const { code, stdout, stderr } = runCommand(["build", ""]);
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /^wasm-bpf: Cannot build: no directory given/);
});
