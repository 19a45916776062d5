import { assertEquals, assertLess, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { compileObject, compileSource } from "../object/testdata/compile.ts";
import { explainInput } from "./input.ts";
import { runCommand, withFiles } from "./testdata/run_command.ts";

Deno.test("gen skeleton writes a header named after the file, with only --allow-ffi", () => {
  withFiles({ "my-tool.bpf.o": compileObject("sections") }, (folder) => {
    const { code, stdout, stderr } = runCommand(["gen", "skeleton", `${folder}/my-tool.bpf.o`]);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, "struct my_tool_bpf {");
    for (const args of [["name", "other"], ["--name", "other"], ["--name=other"]]) {
      const { stdout } = runCommand(["gen", "skeleton", `${folder}/my-tool.bpf.o`, ...args]);
      assertStringIncludes(stdout, "static inline struct other *other__open(void) {");
    }
  });
});

Deno.test("gen types writes the requested types", () => {
  withFiles({ "x.bpf.o": compileObject("kernel_types") }, (folder) => {
    const { code, stdout } = runCommand(["gen", "types", `${folder}/x.bpf.o`, "--type", "task_struct", "--all"]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "struct own {");
    assertStringIncludes(stdout, "struct task_struct {");
  });
});

Deno.test("gen types --btf writes types of the kernel in each language", () => {
  const wanted = {
    c: "struct list_head {",
    cpp: "struct list_head {",
    rust: "pub struct list_head {",
    go: "type vmlinuxListHead struct {",
    typescript: "interface ListHead",
  };
  for (const [language, text] of Object.entries(wanted)) {
    const args = ["gen", "types", "--btf", "/sys/kernel/btf/vmlinux", "--type", "list_head", "--lang", language];
    const { code, stdout, stderr } = runCommand(args);
    assertEquals([code, stderr], [0, ""]);
    assertStringIncludes(stdout, text);
  }
});

Deno.test("gen explains each error in one line, with an exit code", () => {
  const files = {
    "text.o": new TextEncoder().encode("hello"),
    "native.o": compileSource("int x;", "x86_64"),
    "empty.o": new Uint8Array(0),
    "1.bpf.o": compileObject("sections"),
    "x.wasm": Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0),
  };
  withFiles(files, (folder) => {
    const cases: [args: string[], code: number, line: RegExp][] = [
      [["skeleton", "/no/such.o"], 127, /^wasm-bpf: Cannot read "\/no\/such\.o": ENOENT: no such file or directory\n$/],
      [
        ["skeleton", `${folder}/text.o`],
        126,
        /^wasm-bpf: Cannot parse ".*text\.o": it does not begin with \\x7fELF\n$/,
      ],
      [["types", `${folder}/empty.o`], 126, /^wasm-bpf: Cannot parse ".*empty\.o": it does not begin with \\x7fELF\n$/],
      [["types", `${folder}/native.o`], 126, /^wasm-bpf: Cannot parse ".*native\.o": it is for x86_64, not for BPF\n$/],
      [
        ["skeleton", `${folder}/x.wasm`],
        126,
        /^wasm-bpf: Cannot parse ".*x\.wasm": it is a WebAssembly module, not a BPF object \(hint: wasm-bpf inspect lists its objects\)\n$/,
      ],
      [["types", folder], 126, /^wasm-bpf: Cannot read ".*": EISDIR: is a directory\n$/],
      [["types", `${folder}/1.bpf.o`], 2, /^wasm-bpf: Cannot generate types: "1_bpf" is not a C identifier/],
      [
        ["types", `${folder}/1.bpf.o`, "name", "x", "--type", "event"],
        1,
        /^wasm-bpf: Cannot find type "event": .*unused.*\n$/,
      ],
      [["skeleton", "class.o"], 2, /^wasm-bpf: Cannot generate skeleton: "class" is not a C identifier/],
      [
        [],
        2,
        /^wasm-bpf: Cannot generate: neither skeleton, types nor vmlinux given \(see wasm-bpf gen --help\)\n$/,
      ],
      [
        ["skeleton"],
        2,
        /^wasm-bpf: Cannot generate skeleton: no file given \(see wasm-bpf gen --help\)\n$/,
      ],
      [["types"], 2, /^wasm-bpf: Cannot generate types: no file given /],
      [["skeleton", "a.o", "b.o"], 2, /^wasm-bpf: Cannot generate skeleton: one file at a time/],
      [["skeleton", "a.o", "--all"], 2, /^wasm-bpf: Cannot generate skeleton: unknown option "--all"/],
      [["types", "a.o", "--type"], 2, /^wasm-bpf: Cannot generate types: --type needs a value/],
      [["types", "--btf", "a.o"], 2, /^wasm-bpf: Cannot generate types: --btf needs --type/],
      [["types", "--btf", "a", "b.o", "--type", "x"], 2, /^wasm-bpf: Cannot generate types: one file at a time/],
      [["skeleton", "a.o", "name", "x", "--name=y"], 2, /^wasm-bpf: Cannot generate skeleton: --name is given twice/],
      [["poem", "a.o"], 2, /^wasm-bpf: Cannot generate "poem": only skeleton, types and vmlinux exist/],
      [["typs", "a.o", "--all"], 2, /^wasm-bpf: Cannot generate "typs": only skeleton, types and vmlinux exist/],
    ];
    for (const [args, code, line] of cases) {
      const result = runCommand(["gen", ...args]);
      assertMatch(result.stderr, line);
      assertEquals([result.code, result.stdout], [code, ""], args.join(" "));
    }
  });
});

Deno.test("explainInput() throws errors of the engine unchanged", () => {
  assertThrows(() => explainInput("x.o", new RangeError("Maximum call stack size exceeded")), RangeError);
});

Deno.test("gen ends without a message when its reader has gone, and reports a full disk", () => {
  withFiles({ "x.bpf.o": compileObject("sections") }, (folder) => {
    const closed = runCommand(["gen", "skeleton", `${folder}/x.bpf.o`], "| head -1");
    assertEquals(closed.stderr, "");
    assertEquals(closed.stdout.split("\n").length, 2);
    const full = runCommand(["gen", "skeleton", `${folder}/x.bpf.o`], "> /dev/full");
    assertEquals([full.code, full.stderr], [
      1,
      "wasm-bpf: Cannot write standard output: No space left on device (os error 28)\n",
    ]);
  });
});

Deno.test("gen skeleton takes less memory than three times the object", () => {
  const small = compileObject("sections");
  const large = new Uint8Array(small.length + (16 << 20)).fill(0x81);
  large.set(small);
  withFiles({ "small.o": small, "large.o": large }, (folder) => {
    const extra = peakMemory(`${folder}/large.o`) - peakMemory(`${folder}/small.o`);
    assertLess(extra, 3 * large.length);
  });
});

/** The peak memory of a process that runs `gen skeleton`, in bytes. */
function peakMemory(path: string): number {
  const main = new URL("testdata/peak_memory.ts", import.meta.url).pathname;
  const { code, stderr } = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-all", main, "skeleton", path],
    stdout: "null",
  }).outputSync();
  const peak = /^peak: (\d+) bytes$/m.exec(new TextDecoder().decode(stderr))?.[1];
  assertEquals([code, peak !== undefined], [0, true]);
  return Number(peak);
}

Deno.test("gen --help explains itself", () => {
  for (const args of [["--help"], ["types", "-h"], ["skeleton", "x.o", "--help"]]) {
    const { code, stdout } = runCommand(["gen", ...args]);
    assertEquals(code, 0);
    assertStringIncludes(stdout, "Examples:\n  wasm-bpf gen skeleton runqlat.bpf.o > runqlat.skel.h");
  }
});

Deno.test("gen refuses words of Go as the name of a package", () => {
  for (const word of ["func", "type", "Upper", "a-b"]) {
    const { code, stderr } = runCommand(["gen", "skeleton", "x.bpf.o", "--lang", "go", "--package", word]);
    assertEquals(code, 2);
    assertStringIncludes(stderr, `"${word}" is not a package of Go`);
  }
});
