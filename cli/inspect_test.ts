import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parseElf } from "../object/elf/elf.ts";
import { compileModule, compileObject, compileSource } from "../object/testdata/compile.ts";
import { ObjectEditor } from "../object/testdata/edit_object.ts";
import { compileSmall } from "../object/testdata/hostile.ts";
import { genSkeleton } from "../codegen/mod.ts";
import { FormatError } from "../errors/mod.ts";
import { llvmTool } from "../scripts/pins.ts";
import { inspectBytes, type ModuleReport } from "./inspection.ts";
import { runCommand, withFiles } from "./testdata/run_command.ts";
import { assemble } from "../scripts/build_wat.ts";
import { parseModule } from "../wasm/module.ts";

const SDK = new URL("../wasm-include/c/", import.meta.url).pathname;

/** A guest with the object of sections.bpf.c inside. */
function guest(): Uint8Array<ArrayBuffer> {
  const skeleton = genSkeleton(compileObject("sections"), { name: "x" });
  const literal = skeleton.slice(skeleton.indexOf("static const char data[]"), skeleton.indexOf("*sz = sizeof"));
  return compileModule(`
    #define IMPORT(module, name) __attribute__((import_module(module), import_name(name)))
    IMPORT("wasm_bpf", "wasm_load_bpf_object") long long load(const void *object, int size);
    IMPORT("libbpf", "bpf_object__no_such") int load2(int object);
    IMPORT("wasi_snapshot_preview1", "proc_exit") void leave(int code);
    IMPORT("elsewhere", "f") float f(double x, float y);
    ${literal.replace("static ", "")}
    void run(void) { load(data, sizeof(data) - 1); load2(1); leave(f(1, 2)); }`);
}

function inspectGuest(): ModuleReport {
  const report = inspectBytes(guest());
  assert(report.kind === "module");
  return report;
}

Deno.test("inspectBytes() groups imports by ABI, with types", () => {
  const { imports } = inspectGuest();
  assertEquals(imports.map(({ module, abi }) => [module, abi]).sort(), [
    ["elsewhere", "unknown"],
    ["libbpf", "ABI version 2"],
    ["wasi_snapshot_preview1", "WASI preview 1"],
    ["wasm_bpf", "ABI version 1"],
  ]);
  const functions = imports.flatMap(({ functions }) => functions);
  assertEquals(functions.find(({ name }) => name === "wasm_load_bpf_object")?.type, "(i32, i32) -> i64");
  assertEquals(functions.find(({ name }) => name === "f")?.type, "(f64, f32) -> f32");
  assertEquals(functions.find(({ name }) => name === "proc_exit")?.type, "(i32)");
});

Deno.test("inspectBytes() marks imports that are unknown or have another type", () => {
  const functions = inspectGuest().imports.flatMap(({ functions }) => functions);
  const marked = functions.flatMap(({ name, problem }) => problem === undefined ? [] : [[name, problem]]);
  assertEquals(marked.sort(), [["bpf_object__no_such", "unknown"], ["f", "unknown"]]);
  const misfit = assemble(`(module (import "wasm_bpf" "wasm_close_bpf_object" (func (param i32))))`);
  const report = inspectBytes(misfit);
  assert(report.kind === "module");
  assertEquals(report.imports[0]?.functions, [
    { name: "wasm_close_bpf_object", type: "(i32)", problem: "should be (i64) -> i32" },
  ]);
});

Deno.test("inspectBytes() compares the imports of a module with 64-bit addresses with types of that width", () => {
  const types = (pointer: string) => {
    const report = inspectBytes(assemble(`(module
      (import "wasm_bpf" "wasm_load_bpf_object" (func (param ${pointer} i32) (result i64))) (memory i64 1))`));
    assert(report.kind === "module");
    assertEquals(report.addressBits, 64);
    return report.imports[0]?.functions[0];
  };
  const name = "wasm_load_bpf_object";
  assertEquals(types("i64"), { name, type: "(i64, i32) -> i64" });
  assertEquals(types("i32"), { name, type: "(i32, i32) -> i64", problem: "should be (i64, i32) -> i64" });
});

Deno.test("inspectBytes() finds the whole object in a guest", () => {
  const { objects, damaged } = inspectGuest();
  const object = inspectBytes(compileObject("sections"));
  assertEquals(objects.map(({ address: _, ...report }) => report), object.kind === "object" ? [object] : []);
  assertEquals(damaged, []);
});

Deno.test("inspectBytes() shows the size and flags of struct_ops maps as libbpf has them", () => {
  const report = inspectBytes(compileSource(`
    struct ops { int (*f)(void *); long flags; };
    __attribute__((section("struct_ops"))) int f(void *context) { return 0; }
    __attribute__((section(".struct_ops.link"))) struct ops linked = { .f = f };`));
  assert(report.kind === "object");
  const map = { keySize: 4, valueSize: 16, maxEntries: 1, flags: 0x2000, pinned: false };
  assertEquals(report.maps, [{ name: "linked", type: "struct_ops", ...map }]);
});

Deno.test("inspect and gen skeleton report that variables in an arena are not supported", () => {
  const object = compileSource(`
    #define __arena __attribute__((address_space(1)))
    struct { int (*type)[33]; int (*map_flags)[1024]; int (*max_entries)[10]; } arena
      __attribute__((section(".maps"), used));
    int __arena counter, __arena table[4] = { 1 };
    __attribute__((section("syscall"))) int run(void *ctx) { counter += table[0]; return 0; }`);
  withFiles({ "x.o": object }, (folder) => {
    const { stdout } = runCommand(["inspect", `${folder}/x.o`]);
    assertMatch(
      stdout,
      /\.addr_space\.1 +20 B +table \(16\), counter \(4\); not supported: guests cannot map an arena\n/,
    );
  });
  const skeleton = genSkeleton(object, { name: "x" });
  assertStringIncludes(skeleton, "    /* Not here, because guests cannot map an arena: table, counter. */");
  assertEquals(skeleton.includes("*arena;\n    } maps;"), true);
});

Deno.test("inspectBytes() finds an object that is split over segments, and reports a damaged one", () => {
  const object = compileObject("sections");
  const broken = object.slice();
  const btf = parseElf(object).sections.find(({ name }) => name === ".BTF");
  // Its version.
  broken[(btf?.offset ?? 0) + 2] = 9;
  const cut = object.length >> 1;
  const report = inspectBytes(moduleWith([
    { address: 1024 + cut, bytes: object.subarray(cut) },
    { address: 1024, bytes: object.subarray(0, cut) },
    { address: 100_000, bytes: broken },
  ]));
  assert(report.kind === "module");
  assertEquals(report.objects.map(({ address, sizeBytes }) => [address, sizeBytes]), [[1024, object.length]]);
  assertEquals(report.damaged, [{ address: 100_000, problem: "Cannot parse BTF: version 9 is not known" }]);
});

Deno.test("inspectBytes() takes little time for data full of beginnings of objects", () => {
  const object = compileObject("sections");
  const beginning = object.subarray(0, 20);
  const bytes = new Uint8Array(object.length + 100_000 * beginning.length);
  bytes.set(object);
  for (let at = object.length; at < bytes.length; at += beginning.length) bytes.set(beginning, at);
  const before = performance.now();
  const report = inspectBytes(moduleWith([{ address: 1024, bytes }]));
  // A copy of all following bytes for each beginning took 20 s.
  assert(performance.now() - before < 5_000);
  assert(report.kind === "module");
  assertEquals(report.objects.map(({ address }) => address), [1024]);
});

Deno.test("inspectBytes() agrees with the engine about imports and exports of a real guest", async () => {
  const source = `#include "libbpf-wasm.h"
    int main(void) { struct bpf_map m = {0}; int fd = bpf_map__fd(&m); printf("%d\\n", fd); return bpf_map_delete_elem(fd, 0); }`;
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${folder}/a.c`, source);
    const { success } = await new Deno.Command(llvmTool("clang"), {
      args: ["--target=wasm32-wasi", "-Oz", "-I", SDK, "-Wl,--export-table", `${folder}/a.c`, "-o", `${folder}/a.wasm`],
    }).output();
    assert(success);
    const bytes = await Deno.readFile(`${folder}/a.wasm`);
    const module = new WebAssembly.Module(bytes);
    const { imports, exports } = parseModule(bytes);
    assertEquals(
      imports.map(({ module, name, kind }) => ({ module, name, kind })),
      WebAssembly.Module.imports(module).map(({ module, name, kind }) => ({ module, name, kind })),
    );
    assertEquals(exports, WebAssembly.Module.exports(module).map(({ name }) => name));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("inspectBytes() refuses a file that is neither a module nor an object", () => {
  assertThrows(() => inspectBytes(new Uint8Array(0)), FormatError, "neither a WebAssembly module nor a BPF object");
  const component = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);
  assertThrows(() => inspectBytes(component), FormatError, "it is a WebAssembly component, not a module");
  const module = guest();
  for (let size = 9; size < module.length; size += 311) {
    try {
      inspectBytes(module.subarray(0, size));
    } catch (error) {
      assert(error instanceof FormatError);
    }
  }
});

Deno.test("inspect prints a module and its object, with only --allow-ffi", () => {
  withFiles({ "x.wasm": guest() }, (folder) => {
    const { code, stdout, stderr } = runCommand(["inspect", `${folder}/x.wasm`]);
    assertEquals([code, stderr], [0, ""]);
    for (
      const line of [
        /x\.wasm: WebAssembly module, [\d.]+ KiB\n/,
        /imports from wasm_bpf \(ABI version 1\):\n {2}wasm_load_bpf_object {2}\(i32, i32\) -> i64\n/,
        /object at 0x[0-9a-f]+: BPF object, [\d.]+ KiB, license GPL\n/,
        / {2}on_switch +tp\/sched\/sched_switch +tracepoint +\d+ instructions\n/,
        / {2}on_exit +\?kprobe\/do_exit +kprobe +2 instructions, not loaded automatically\n/,
        / {2}events +ringbuf +256 KiB\n/,
        / {2}hists +hash +key 4 B, value 120 B, 10240 entries, pinned by name\n/,
        / {2}\.data\.custom +4 B +custom \(4\)\n/,
        /\.debug\* [\d.]+ KiB/,
      ]
    ) assertMatch(stdout, line);
  });
});

Deno.test("inspect --json prints the same as data", () => {
  withFiles({ "x.bpf.o": compileObject("sections") }, (folder) => {
    const { code, stdout } = runCommand(["inspect", "--json", `${folder}/x.bpf.o`]);
    assertEquals(code, 0);
    assertEquals(JSON.parse(stdout), JSON.parse(JSON.stringify(inspectBytes(compileObject("sections")))));
  });
});

Deno.test("inspect gives the reason why libbpf or the host would refuse an object", () => {
  const damaged = new ObjectEditor(compileObject("hostile")).instruction(".text", 0, { register: 1, number: 3 }).bytes;
  const untyped = compileSmall('SEC("no_such_type") int lost(void *context) { return 0; }');
  withFiles({ "damaged.bpf.o": damaged, "untyped.bpf.o": untyped }, (folder) => {
    const lines: [string, RegExp][] = [
      [
        "damaged",
        /, license GPL\nrefused: instruction 0 of function "subprogram" loads the descriptor of a map, with no symbol\nprograms:\n/,
      ],
      ["untyped", /\nrefused: program "lost" has no type: section "no_such_type" names none\nprograms:\n/],
    ];
    for (const [name, line] of lines) {
      const { code, stdout } = runCommand(["inspect", `${folder}/${name}.bpf.o`]);
      assertEquals(code, 0);
      assertMatch(stdout, line);
    }
    const { stdout } = runCommand(["inspect", "--json", `${folder}/untyped.bpf.o`]);
    assertEquals(JSON.parse(stdout).refusals, ['program "lost" has no type: section "no_such_type" names none']);
  });
});

Deno.test("inspect escapes control characters in names", () => {
  const object = compileObject("sections").slice();
  const text = new TextDecoder("latin1").decode(object);
  for (let name = text.indexOf("on_packet"); name >= 0; name = text.indexOf("on_packet", name + 1)) object[name] = 0x1b;
  withFiles({ "x.bpf.o": object }, (folder) => {
    const { stdout } = runCommand(["inspect", `${folder}/x.bpf.o`]);
    assertStringIncludes(stdout, "\\x1bn_packet");
    assertEquals(stdout.includes("\x1b"), false);
  });
});

Deno.test("inspect escapes every hidden character, also in JSON", () => {
  const name = "a\u009b31m\u202eb\u2066\u200b\u2028é漢字";
  const module = compileModule(`__attribute__((export_name("${name}"))) void run(void) {}`);
  withFiles({ "x.wasm": module }, (folder) => {
    const text = runCommand(["inspect", `${folder}/x.wasm`]);
    assertStringIncludes(text.stdout, "a\\x9b31m\\u202eb\\u2066\\u200b\\u2028é漢字");
    const json = runCommand(["inspect", "--json", `${folder}/x.wasm`]);
    assertStringIncludes(json.stdout, '"a\\u009b31m\\u202eb\\u2066\\u200b\\u2028é漢字"');
    assert(JSON.parse(json.stdout).exports.includes(name));
    assertEquals(/(?!\n)[\p{Cc}\p{Cf}\u2028]/u.exec(text.stdout + json.stdout), null);
  });
});

Deno.test("inspect explains each error in one line, with an exit code", () => {
  withFiles({ "text": new TextEncoder().encode("hello"), "cut.wasm": guest().subarray(0, 60) }, (folder) => {
    const cases: [args: string[], code: number, line: RegExp][] = [
      [["/no/such"], 127, /^wasm-bpf: Cannot read "\/no\/such": ENOENT: no such file or directory\n$/],
      [
        [`${folder}/text`],
        126,
        /^wasm-bpf: Cannot parse ".*text": it is neither a WebAssembly module nor a BPF object\n$/,
      ],
      [
        [`${folder}/cut.wasm`],
        126,
        /^wasm-bpf: Cannot parse ".*cut\.wasm": WebAssembly: \d+ bytes at \d+ are outside its \d+ bytes\n$/,
      ],
      [["/bin/true"], 126, /^wasm-bpf: Cannot parse "\/bin\/true": it is for \w+, not for BPF\n$/],
      [[], 2, /^wasm-bpf: Cannot inspect: no file given \(see wasm-bpf inspect --help\)\n$/],
      [["a", "b"], 2, /^wasm-bpf: Cannot inspect: one file at a time/],
      [["--yaml", "a"], 2, /^wasm-bpf: Cannot inspect: unknown option "--yaml"/],
      [["--jso", "a"], 2, /^wasm-bpf: Cannot inspect: unknown option "--jso" \(did you mean --json\?\)\n$/],
    ];
    for (const [args, code, line] of cases) {
      const result = runCommand(["inspect", ...args]);
      assertMatch(result.stderr, line);
      assertEquals([result.code, result.stdout], [code, ""], args.join(" "));
    }
  });
});

/** A module that contains only data. */
function moduleWith(segments: readonly { address: number; bytes: Uint8Array }[]): Uint8Array {
  const unsigned = (value: number): number[] => value < 128 ? [value] : [(value & 127) | 128, ...unsigned(value >>> 7)];
  const signed = (value: number): number[] => value < 64 ? [value] : [(value & 127) | 128, ...signed(value >>> 7)];
  const content = [
    ...unsigned(segments.length),
    ...segments.flatMap((
      { address, bytes },
    ) => [0, 0x41, ...signed(address), 0x0b, ...unsigned(bytes.length), ...bytes]),
  ];
  return new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 11, ...unsigned(content.length), ...content]);
}

Deno.test("inspectBytes() has the calls and effects of programs, with the least options, unless the object is damaged", () => {
  const usesOf = (object: Uint8Array) => {
    const report = inspectBytes(object);
    assert(report.kind === "object");
    return Object.fromEntries(report.programs.map(({ name, uses }) => [name, uses]));
  };
  const uses = usesOf(compileObject("uses"));
  assertEquals(uses["direct"], { helpers: ["bpf_map_lookup_elem"], kfuncs: [], effects: [] });
  assertEquals(uses["through_callback"], {
    helpers: ["bpf_probe_write_user", "bpf_loop"],
    kfuncs: [],
    effects: [{
      effect: "writes to the memory of processes (bpf_probe_write_user)",
      option: "--allow-write-user",
    }],
  });
  assertEquals(uses["calls_kfuncs"]?.kfuncs, ["flavored_kfunc", "plain_kfunc"]);
  assertEquals(uses["calls_kfuncs"]?.effects.map(({ option }) => option), [
    "--allow-network=INTERFACE",
    "--allow-kfunc=flavored_kfunc",
    "--allow-kfunc=plain_kfunc",
  ]);
  const damaged = new ObjectEditor(compileObject("uses")).instruction("xdp", 0, { register: 2 }).bytes;
  assertEquals(usesOf(damaged)["direct"], undefined);
});

Deno.test("inspect prints the effects and calls of each program below it", () => {
  withFiles({ "x.bpf.o": compileObject("uses") }, (folder) => {
    const { stdout } = runCommand(["inspect", `${folder}/x.bpf.o`]);
    assertMatch(
      stdout,
      /^ {2}through_global +\S+ +tracing .*\n {4}sends signals \(bpf_send_signal\): needs --allow-signal\n {4}calls bpf_ktime_get_ns, /m,
    );
    assertMatch(stdout, /^ {2}direct +\S+ +kprobe .*\n {4}calls bpf_map_lookup_elem\n {2}through_global/m);
  });
});
