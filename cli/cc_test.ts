import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { llvmTool } from "../scripts/pins.ts";
import { type Need, readNeeds } from "../wasm/needs.ts";
import { readDeclarations } from "../wasm/declarations.ts";
import { readPolicyText } from "../wasm/policy_section.ts";
import { parseModule } from "../wasm/module.ts";
import { type CommandResult, runCommand, withFiles } from "./testdata/run_command.ts";

const SOURCES = {
  "main.c": text(`
    #include <stdio.h>
    int twice(int x);
    int main(void) { printf("%d\\n", twice(NUMBER)); return 0; }`),
  "twice.c": text("int twice(int x) { return 2 * x; }"),
  "words.rsp": text("-DNUMBER=21 twice.c"),
  "wrong.c": text("int main(void) { return nothing; }"),
};

function text(source: string): Uint8Array {
  return new TextEncoder().encode(source);
}

/** Runs `wasm-bpf cc` for wasm32, which needs no SDK, in a folder with the sources. */
function withCc(use: (cc: (words: string, env?: Record<string, string>) => CommandResult, folder: string) => void) {
  withFiles(SOURCES, (folder) =>
    use((words, env = {}) => {
      const assignments = Object.entries(env).map(([name, value]) => `${name}=${value}`);
      const main = new URL("../cli.ts", import.meta.url).pathname;
      const deno = [Deno.execPath(), "run", "--quiet", "--no-check", "--no-prompt", "--allow-ffi", main];
      const { code, stdout, stderr } = new Deno.Command("/usr/bin/env", {
        args: [...assignments, ...deno, "cc", ...words.split(" ").filter((word) => word !== "")],
        cwd: folder,
        env: { NO_COLOR: "1" },
      }).outputSync();
      const decoder = new TextDecoder();
      return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
    }, folder));
}

Deno.test("cc compiles several sources, with clang's options and response files, and strips", () => {
  withCc((cc, folder) => {
    const built = cc("--target wasm32 main.c @words.rsp -o out.wasm");
    assertEquals(built, { code: 0, stdout: "", stderr: "" });
    const bytes = Deno.readFileSync(`${folder}/out.wasm`);
    assertEquals(parseModule(bytes).sections.some(({ name }) => name === "name"), false);
    assert(readDeclarations(bytes).exports.some(({ name }) => name === "__indirect_function_table"));
    const { code, stdout } = runCommand(["--quiet", `${folder}/out.wasm`]);
    assertEquals([code, stdout], [0, "42\n"]);
  });
});

Deno.test("cc keeps names with -g, makes objects with -c, and links them", () => {
  withCc((cc, folder) => {
    assertEquals(cc("--target=wasm32 -g -c -DNUMBER=4 main.c -omain.o").code, 0);
    assertEquals(cc("--target=wasm32 -c twice.c").code, 0);
    const linked = cc("--target=wasm32 -g main.o twice.o -o linked.wasm");
    assertEquals(linked, { code: 0, stdout: "", stderr: "" });
    const { sections } = parseModule(Deno.readFileSync(`${folder}/linked.wasm`));
    assert(sections.some(({ name }) => name === "name"));
    assertEquals(runCommand(["--quiet", `${folder}/linked.wasm`]).stdout, "8\n");
  });
});

Deno.test("cc --needs records needs in the module", () => {
  withCc((cc, folder) => {
    const built = cc("--target wasm32 -DNUMBER=1 main.c twice.c -o a.wasm --needs /proc/kallsyms --needs=/sys/fs:rw");
    assertEquals(built, { code: 0, stdout: "", stderr: "" });
    const expected: Need[] = [{ path: "/proc/kallsyms", readOnly: true }, { path: "/sys/fs", readOnly: false }];
    assertEquals(readNeeds(Deno.readFileSync(`${folder}/a.wasm`)), expected);
    assertMatch(runCommand(["inspect", `${folder}/a.wasm`]).stdout, /^needs: \/proc\/kallsyms:ro, \/sys\/fs:rw$/m);
    const refused = runCommand(["--quiet", "--dir", "/proc:ro", `${folder}/a.wasm`]);
    assertEquals(refused.code, 126);
    assertMatch(
      refused.stderr,
      /^wasm-bpf: .*: it needs \/sys\/fs for writing \(hint: --dir \/sys\/fs, or --grant-needs\)\n$/,
    );
    for (const options of [["--grant-needs"], ["--dir", "/proc/kallsyms:ro", "--dir", "/sys/fs"]]) {
      const { code, stdout } = runCommand(["--quiet", ...options, `${folder}/a.wasm`]);
      assertEquals([code, stdout], [0, "2\n"]);
    }
  });
});

Deno.test("cc --policy records the policy in the module, without comments, and compiles nothing with a wrong one", () => {
  withCc((cc, folder) => {
    Deno.writeTextFileSync(`${folder}/p.json`, '{ // XDP\n "network": ["eth0"], }');
    Deno.writeTextFileSync(`${folder}/wrong.json`, '{\n "netwrok": true }');
    const built = cc("--target wasm32 -DNUMBER=1 main.c twice.c -o a.wasm --policy p.json");
    assertEquals(built, { code: 0, stdout: "", stderr: "" });
    assertEquals(readPolicyText(Deno.readFileSync(`${folder}/a.wasm`)), '{"network":["eth0"]}');
    assertEquals(runCommand(["--quiet", `${folder}/a.wasm`]).stdout, "2\n");
    const wrong = cc("--target wasm32 -DNUMBER=1 main.c twice.c -o b.wasm --policy wrong.json");
    assertEquals([wrong.code, [...Deno.readDirSync(folder)].some(({ name }) => name === "b.wasm")], [2, false]);
    assertMatch(
      wrong.stderr,
      /^wasm-bpf: Cannot use policy "wrong.json": line 2, column 2: unknown key "netwrok", did you /,
    );
    assertMatch(cc("--target wasm32 -c twice.c --policy p.json").stderr, /--policy is for the linked module/);
  });
});

Deno.test("cc --verbose shows the command, and --help is its own", () => {
  withCc((cc) => {
    const shown = cc("--target wasm32 -v -E twice.c");
    assertMatch(shown.stderr, /^wasm-bpf: clang\S* --target=wasm32-wasi -Oz -E twice\.c /);
    assertStringIncludes(shown.stdout, "int twice(int x)");
    assertStringIncludes(cc("--help").stdout, "wasm-bpf cc [options] FILE.c... -o OUT.wasm");
  });
});

Deno.test("cc takes a source from standard input, and answers questions about the compiler", () => {
  withCc((cc, folder) => {
    const main = new URL("../cli.ts", import.meta.url).pathname;
    const words = "cc --target wasm32 -x c - -x none twice.o -o in.wasm";
    assertEquals(cc("--target wasm32 -x c -c twice.c").code, 0);
    const { code } = new Deno.Command("sh", {
      args: ["-c", `"$0" run --quiet --no-check --allow-ffi ${main} ${words} <main.c -D NUMBER=5`, Deno.execPath()],
      cwd: folder,
    }).outputSync();
    assertEquals(code, 0);
    assertEquals(runCommand(["--quiet", `${folder}/in.wasm`]).stdout, "10\n");
    assertMatch(cc("--version").stdout, /clang version \d+.*\nTarget: wasm64-unknown-wasi\n/);
    assertMatch(cc("-dumpversion").stdout, /^\d+\.\d+\.\d+\n$/);
  });
});

Deno.test("cc has clang's exit code and only clang's message when clang fails", () => {
  withCc((cc) => {
    const { code, stderr } = cc("--target wasm32 wrong.c -o wrong.wasm");
    assertEquals(code, 1);
    assertMatch(stderr, /^wrong\.c:1:25: error: .*nothing/);
    assert(!stderr.includes("wasm-bpf:"));
  });
});

/** A compiler that gets Ctrl-C, as all programs of a command do: first wasm-bpf, then itself. It cleans up before it ends. */
const INTERRUPTED = `#!/bin/sh
trap 'echo cleaned; trap - INT; kill -INT $$' INT
kill -INT $PPID
/bin/sleep 0.1
kill -INT $$
`;

Deno.test("cc ends by Ctrl-C after the compiler has cleaned up", () => {
  const clang = llvmTool("clang");
  withFiles({ [clang]: text(INTERRUPTED), "x.c": text("") }, (folder) => {
    Deno.chmodSync(`${folder}/${clang}`, 0o755);
    const main = new URL("../cli.ts", import.meta.url).pathname;
    const { signal, stdout, stderr } = new Deno.Command(Deno.execPath(), {
      args: ["run", "--quiet", "--no-check", "--allow-ffi", main, "cc", "--target", "wasm32", "-c", "x.c"],
      cwd: folder,
      env: { PATH: folder },
    }).outputSync();
    const decoder = new TextDecoder();
    assertEquals([signal, decoder.decode(stdout), decoder.decode(stderr)], ["SIGINT", "cleaned\n", ""]);
  });
});

Deno.test("cc names the missing part of the toolchain, and the command that installs it", () => {
  withCc((cc) => {
    const cases: [CommandResult, number, RegExp][] = [
      [
        cc("main.c", { PATH: "/nowhere" }),
        127,
        /^wasm-bpf: Cannot compile: no clang 19 or newer in PATH, and no zig \(hint: .*clang/,
      ],
      [
        cc("main.c", { WASM_BPF_SDK: "/nowhere" }),
        127,
        /^wasm-bpf: Cannot compile for wasm64: no SDK in \/nowhere \(hint: scripts\/build_sdk\.sh .*\)\n$/,
      ],
      [cc("-c"), 2, /^wasm-bpf: Cannot compile: no source file given \(see wasm-bpf cc --help\)\n$/],
      [cc(""), 2, /^wasm-bpf: Cannot compile: no source file given/],
      [cc("--target wasm128 main.c"), 2, /--target "wasm128" is neither wasm64 nor wasm32/],
      [cc("--needs etc main.c"), 2, /--needs "etc" is not an absolute path/],
      [cc("--needs /etc -c main.c"), 2, /--needs is for the linked module/],
    ];
    for (const [{ code, stderr }, expectedCode, line] of cases) {
      assertMatch(stderr, line);
      assertEquals([code, stderr.trimEnd().split("\n").length], [expectedCode, 1]);
    }
  });
});
