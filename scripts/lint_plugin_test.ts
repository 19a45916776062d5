import { assertEquals } from "@std/assert";
import plugin from "./lint_plugin.ts";

const ROOT = new URL("../", import.meta.url).pathname;

/** The plugin's messages about `source` as the file at `path`. */
function lint(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, ROOT + path, source).map((diagnostic) => diagnostic.message);
}

Deno.test("native-calls reports every way to native code outside ffi/", () => {
  for (const name of ["dlopen", "UnsafePointer", "UnsafePointerView", "UnsafeCallback", "UnsafeFnPointer"]) {
    const said = `Cannot use Deno.${name} in host: native calls belong in ffi/`;
    assertEquals(lint("host/guest.ts", `console.log(Deno.${name});`), [said]);
  }
});

Deno.test("native-calls finds a computed member", () => {
  assertEquals(lint("cli.ts", `Deno["dlopen"]("libc.so.6", {});`).length, 1);
});

Deno.test("native-calls finds every spelling of Deno", () => {
  const spellings = [
    `globalThis.Deno.dlopen("libc.so.6", {});`,
    `globalThis["Deno"].dlopen("libc.so.6", {});`,
    `self.Deno.UnsafePointer.of(x);`,
    `const { dlopen } = Deno;`,
    `const { Deno: host } = { Deno };`,
    `const host = Deno;`,
    `const host = globalThis.Deno;`,
    `Deno[name]("libc.so.6", {});`,
    `Reflect.get(Deno, "dlopen");`,
  ];
  for (const source of spellings) assertEquals(lint("host/guest.ts", source).length, 1, source);
});

Deno.test("native-calls finds Deno taken out of the global object", () => {
  const spellings = [
    `const { Deno: host } = globalThis;`,
    `const { Deno: { dlopen } } = globalThis;`,
    `const { ["Deno"]: host } = self;`,
    `({ Deno: host } = globalThis);`,
    `function open({ Deno: host } = globalThis) {}`,
    `for (const { Deno: host } of [globalThis]) host.exit();`,
    `(globalThis as Global).Deno.dlopen("libc.so.6", {});`,
    `(globalThis satisfies Global)["Deno"].dlopen("libc.so.6", {});`,
    `globalThis?.Deno?.dlopen("libc.so.6", {});`,
    `globalThis!.Deno.dlopen("libc.so.6", {});`,
    `globalThis.self.Deno.dlopen("libc.so.6", {});`,
    `global.Deno.dlopen("libc.so.6", {});`,
    `const host = globalThis["Deno"];`,
  ];
  for (const source of spellings) assertEquals(lint("host/guest.ts", source).length, 1, source);
});

Deno.test("native-calls finds another name of Deno", () => {
  const spellings = [
    `(Deno as Native).dlopen("libc.so.6", {});`,
    `function open(host = Deno) {}`,
    `function open({ dlopen } = Deno) {}`,
    `const open = () => Deno;`,
    `use(Deno);`,
    `const copy = { ...Deno };`,
    `for (const name in Deno) use(name);`,
    `Object.entries(Deno);`,
    `export default Deno;`,
  ];
  for (const source of spellings) assertEquals(lint("host/guest.ts", source).length, 1, source);
});

Deno.test("native-calls finds another name of the global object", () => {
  const spellings = [
    `const world = globalThis;`,
    `use(globalThis);`,
    `globalThis[name].dlopen("libc.so.6", {});`,
    `Reflect.get(globalThis, "Deno");`,
    `const copy = { ...self };`,
    `const { Object: { keys }, ...rest } = globalThis;`,
    `function open(world = globalThis) {}`,
    `globalThis.globalThis[name]();`,
  ];
  for (const source of spellings) assertEquals(lint("host/guest.ts", source).length, 1, source);
});

Deno.test("native-calls finds code that is made from text", () => {
  for (const source of [`eval(text);`, `(0, eval)(text);`, `new Function(text)();`, `Function(text)();`]) {
    assertEquals(lint("host/guest.ts", source).length, 1, source);
  }
});

Deno.test("native-calls ignores the rest of Deno, its types and other names", () => {
  const sources = [
    `Deno.exit(0); Deno["args"]; globalThis.Deno.args;`,
    `const pointer: Deno.PointerValue = null;`,
    `type Pointer = typeof Deno.UnsafePointer;`,
    `host.Deno.dlopen; const names = { Deno: 1 };`,
    `globalThis.performance.now(); (self as Worker).close(); globalThis.Deno.exit(0);`,
    `type World = typeof globalThis; type Callback = Function;`,
    `const window = windows[0]; use(window.base);`,
    `class Host { Deno = 1; }`,
  ];
  for (const source of sources) assertEquals(lint("host/guest.ts", source), [], source);
});

Deno.test("native-calls ignores ffi/, tests and scripts", () => {
  for (const path of ["ffi/library.ts", "host/guest_test.ts", "tests/kernel/map_test.ts", "scripts/probe.ts"]) {
    assertEquals(lint(path, `Deno.dlopen("libc.so.6", {});`), []);
  }
});

Deno.test("layers reports an import that points up or sideways", () => {
  assertEquals(lint("ffi/map.ts", `import { x } from "../host/core/memory.ts";`), [
    "Cannot import host/core from ffi: imports point down",
  ]);
  assertEquals(lint("object/elf.ts", `import { x } from "../ffi/mod.ts";`), [
    "Cannot import ffi from object: imports point down",
  ]);
  assertEquals(lint("wasm/types.ts", `import { x } from "../object/reader.ts";`), [
    "Cannot import object from wasm: imports point down",
  ]);
  assertEquals(lint("host/wasi/files.ts", `export * from "../../mod.ts";`), [
    "Cannot import mod from host/wasi: imports point down",
  ]);
  assertEquals(lint("codegen/c/skeleton.ts", `export { x } from "../../host/core/memory.ts";`).length, 1);
  assertEquals(lint("errors/mod.ts", `const m = await import("../cli/run.ts");`).length, 1);
  assertEquals(lint("errors/mod.ts", `type Run = typeof import("../cli/run.ts");`).length, 1);
  assertEquals(lint("errors/mod.ts", `let run: import("../cli/run.ts").Run;`).length, 1);
});

Deno.test("layers reports a folder of host/ or ffi/ that imports another than the shared one, or the files that combine them", () => {
  const refused: [file: string, imported: string][] = [
    ["host/wasm_bpf/buffer_poll.ts", "../pump/mod.ts"],
    ["host/wasi/mod.ts", "../wasm_bpf/mod.ts"],
    ["host/core/context.ts", "../wasi/mod.ts"],
    ["host/core/context.ts", "../guest.ts"],
    ["host/new/deep/file.ts", "../../api/mod.ts"],
    ["ffi/system/library.ts", "../libbpf/log.ts"],
    ["ffi/system/library.ts", "../libbpf/symbols/libbpf.ts"],
    ["ffi/libbpf/interfaces/map.ts", "../../mod.ts"],
  ];
  for (const [file, imported] of refused) {
    assertEquals(lint(file, `import type { x } from "${imported}";`).length, 1, `${file} -> ${imported}`);
  }
  const allowed: [file: string, imported: string][] = [
    ["host/mod.ts", "./wasi/mod.ts"],
    ["host/wasi/mod.ts", "../core/memory.ts"],
    ["host/wasi/mod.ts", "./fd.ts"],
    ["host/core/gate.ts", "../../ffi/mod.ts"],
    ["cli/run.ts", "../host/core/allowances.ts"],
    ["ffi/mod.ts", "./libbpf/libbpf.ts"],
    ["ffi/libbpf/map.ts", "../system/pointers.ts"],
    ["ffi/libbpf/map.ts", "./interfaces/mod.ts"],
    ["ffi/system/library.ts", "./symbols/shim.ts"],
    ["host/core/gate.ts", "../../ffi/system/epoll.ts"],
  ];
  for (const [file, imported] of allowed) {
    assertEquals(lint(file, `import type { x } from "${imported}";`), [], `${file} -> ${imported}`);
  }
});

Deno.test("layers allows imports that point down, stay in the same folder or name packages", () => {
  assertEquals(lint("cli/run.ts", `import { x } from "../mod.ts"; import { y } from "./inspect.ts";`), []);
  assertEquals(lint("cli.ts", `import { x } from "./cli/run.ts"; import { parseArgs } from "@std/cli";`), []);
  assertEquals(
    lint("host/wasm_bpf/maps.ts", `import { x } from "../../ffi/mod.ts"; import { y } from "../core/memory.ts";`),
    [],
  );
  assertEquals(lint("host/memory_test.ts", `import { x } from "../cli.ts";`), []);
});
