/** Compares the tables of types with the functions that the host offers. */

import { assertEquals } from "@std/assert";
import { openSystem } from "../ffi/mod.ts";
import { Files } from "../ffi/system/files.ts";
import { importProblem } from "./import_types.ts";
import { LIBBPF_FUNCTIONS } from "../tests/doubles/libbpf_functions.ts";
import { libbpfTypesOf } from "./libbpf/import_types.ts";
import { SYS_TYPES } from "./sys/import_types.ts";
import { SYS_FUNCTIONS } from "./sys/mod.ts";
import { WASI_TYPES, WASI_UNSTABLE_TYPES } from "./wasi/import_types.ts";
import { Wasi } from "./wasi/mod.ts";
import { FakeGuest } from "../tests/doubles/guest.ts";
import { CALLBACK_WRAPPER_TYPES, WASM_BPF_TYPES } from "./wasm_bpf/import_types.ts";
import { CALLBACK_WRAPPER_FUNCTIONS, WASM_BPF_FUNCTIONS } from "./wasm_bpf/mod.ts";

const names = (table: object) => Object.keys(table).sort();

Deno.test("the tables of types have each function that guests may import, and no other", () => {
  using guest = new FakeGuest();
  assertEquals(names(WASM_BPF_TYPES), names(WASM_BPF_FUNCTIONS));
  assertEquals(names(CALLBACK_WRAPPER_TYPES), names(CALLBACK_WRAPPER_FUNCTIONS));
  assertEquals(names(LIBBPF_FUNCTIONS).filter((name) => libbpfTypesOf(name) === undefined), []);
  assertEquals(libbpfTypesOf("constructor"), undefined);
  assertEquals(names(SYS_TYPES), names(SYS_FUNCTIONS));
  using system = openSystem();
  const files = new Files(system.calls);
  using wasi = new Wasi(guest.context, files, { args: [], env: {}, preopens: [] });
  assertEquals(names(WASI_TYPES), names(wasi.imports));
  assertEquals(names(WASI_TYPES).length, 46);
  assertEquals(names(WASI_UNSTABLE_TYPES), names(wasi.unstableImports));
});

Deno.test("importProblem() accepts the wrapper's poll under the chosen name of its module", () => {
  const poll = (module: string, text: string) =>
    ({
      module,
      name: "wasm_bpf_buffer_poll",
      kind: "function",
      type: { text, parameters: [], isPlain: true },
    }) as const;
  const guest = { addressBits: 32 } as const;
  const inEnv = { ...guest, wrapperModule: "env" };
  const [wrapper, direct] = ["(i64, i32, i32, i32, i32, i32) -> i32", "(i64, i32, i32, i32, i32, i32, i32) -> i32"];
  assertEquals(importProblem(poll("callback-wrapper", wrapper), guest), undefined);
  assertEquals(importProblem(poll("wasm_bpf", direct), guest), undefined);
  assertEquals(importProblem(poll("env", direct), guest), undefined);
  assertEquals(importProblem(poll("env", wrapper), guest), { kind: "type", expected: [direct] });
  assertEquals(importProblem(poll("env", wrapper), inEnv), undefined);
  assertEquals(importProblem(poll("callback-wrapper", wrapper), inEnv), { kind: "unknown" });
});

Deno.test("importProblem() gives the types of the guest's width, each once", () => {
  const imported = (module: string, name: string) => ({ module, name, kind: "function", type: undefined }) as const;
  const expected = (name: string, addressBits: 32 | 64) => importProblem(imported("wasm_bpf", name), { addressBits });
  const [narrow, wide] = ["(i32, i32, i32, i32, i32, i64) -> i32", "(i32, i32, i64, i64, i64, i64) -> i32"];
  assertEquals(expected("wasm_bpf_map_operate", 32), { kind: "type", expected: [narrow, wide] });
  assertEquals(expected("wasm_bpf_map_operate", 64), { kind: "type", expected: [wide] });
  assertEquals(expected("wasm_load_bpf_object", 64), { kind: "type", expected: ["(i64, i32) -> i64"] });
  const mmap = imported("libbpf", "bpf_map_mmap");
  assertEquals(importProblem(mmap, { addressBits: 32 }), { kind: "type", expected: ["(i32, i32, i32) -> i32"] });
  assertEquals(importProblem(mmap, { addressBits: 64 }), { kind: "type", expected: ["(i32, i64, i64) -> i64"] });
});

Deno.test("importProblem() offers no polls of version 1 to guests with 64-bit addresses", () => {
  for (const module of ["wasm_bpf", "env", "callback-wrapper", "elsewhere"]) {
    const poll = { module, name: "wasm_bpf_buffer_poll", kind: "function", type: undefined } as const;
    assertEquals(importProblem(poll, { addressBits: 64, wrapperModule: "elsewhere" }), { kind: "unknown" });
  }
});

Deno.test("importProblem() offers only functions", () => {
  for (const kind of ["table", "memory", "global", "tag"] as const) {
    const one = { module: "wasm_bpf", name: "wasm_bpf_map_operate", kind, type: undefined };
    assertEquals(importProblem(one, { addressBits: 32 }), { kind: "unknown" });
  }
});
