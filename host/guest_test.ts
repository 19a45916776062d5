/** Guests made by hand, run with the host's own imports: none of them comes to bpf(2), so that no privilege is needed. */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { GuestError, type GuestErrorCode } from "../errors/mod.ts";
import { assemble } from "../scripts/build_wat.ts";
import { TABLE_NAME } from "../wasm/export_table.ts";
import { compileGuest, trapOf } from "./guest.ts";
import { runGuest } from "./mod.ts";

const WASI_EFAULT = 21;
const WASI_EINVAL = 28;

const MEMORY = `(memory (export "memory") 1)`;
const EXIT = `(import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))`;
const POLL = `(import "wasm_bpf" "wasm_bpf_buffer_poll" (func $poll (param i64 i32 i32 i32 i32 i32 i32) (result i32)))`;

/** Runs a module written as text. @returns its exit code. */
function run(text: string): number {
  return runGuest(assemble(`(module ${text})`), { name: "test.wasm" });
}

/** The failure of a module that must fail. */
function failureOf(fn: () => unknown): { code: GuestErrorCode; message: string } {
  const { code, message } = assertThrows(fn, GuestError);
  return { code, message };
}

function startOf(body: string): string {
  return `(func (export "_start") ${body})`;
}

Deno.test("compileGuest() gives the kind of a file that is not a module", () => {
  const cases: [Uint8Array<ArrayBuffer>, string][] = [
    [new Uint8Array(), 'Cannot run "x": it is empty'],
    [new TextEncoder().encode("#!/bin/sh"), 'Cannot run "x": it is not a WebAssembly module'],
    [Uint8Array.of(0x00, 0x61, 0x73), 'Cannot run "x": it is not a WebAssembly module'],
    [Uint8Array.of(0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0), 'Cannot run "x": it is an ELF file, not a WebAssembly module'],
    [
      Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0),
      'Cannot run "x": it is a WebAssembly component, not a module',
    ],
  ];
  for (const [bytes, message] of cases) {
    const failure = failureOf(() => compileGuest(bytes, "x"));
    assertEquals(failure.code, "invalid-module");
    assertStringIncludes(failure.message, message);
  }
});

Deno.test("trapOf() finds a stack overflow that a second one covers", () => {
  const overflow = () => new RangeError("Maximum call stack size exceeded");
  const trap = trapOf(new SuppressedError(overflow(), overflow()));
  assertEquals([trap instanceof GuestError, String(trap)], [true, "GuestError: The guest trapped: stack overflow"]);
});

Deno.test("compileGuest() gives the engine's reason for a damaged module, in one line", () => {
  const whole = assemble(`(module ${MEMORY} ${startOf("")})`);
  for (let length = 4; length < whole.length; length++) {
    // Cut off between two sections it may be a module still.
    if (WebAssembly.validate(whole.slice(0, length))) continue;
    const { code, message } = failureOf(() => compileGuest(whole.slice(0, length), "dir/x.wasm"));
    assertEquals(code, "invalid-module");
    assertEquals(message.startsWith('Cannot run "dir/x.wasm": ') && !message.includes("\n"), true, message);
    assertEquals(message.includes("WebAssembly.Module()"), false, message);
  }
});

Deno.test("compileGuest() exports the table of a module that polls and exports none", () => {
  const names = (text: string) => {
    const { module } = compileGuest(assemble(`(module ${text})`), "x");
    return WebAssembly.Module.exports(module).map((one) => one.name);
  };
  const wrapperPoll = `(import "w" "wasm_bpf_buffer_poll" (func (param i64 i32 i32 i32 i32 i32) (result i32)))`;
  assertEquals(names(`${POLL} ${MEMORY} (table 1 funcref)`), ["memory", TABLE_NAME]);
  assertEquals(names(`${POLL} ${MEMORY} (table (export "table") 1 funcref)`), ["memory", "table"]);
  assertEquals(names(`${MEMORY} (table 1 funcref)`), ["memory"]);
  assertEquals(names(`${wrapperPoll} ${MEMORY}`), ["memory"]);
  assertEquals(names(`${POLL} ${MEMORY} (table 1 funcref) (func (export "${TABLE_NAME}"))`), ["memory", TABLE_NAME]);
});

Deno.test("linkGuest() names unknown imports, and only the first of many", () => {
  const message = (imports: string) => {
    const failure = failureOf(() => run(`${imports} ${MEMORY} ${startOf("")}`));
    assertEquals(failure.code, "unknown-import");
    return failure.message;
  };
  const imported = (...names: string[]) => names.map((name) => `(import "env" "${name}" (func))`).join(" ");
  assertEquals(message(imported("abort")), "Cannot link module: unknown import env.abort");
  assertEquals(message(imported("a", "b", "a")), "Cannot link module: unknown import env.a, env.b");
  assertEquals(
    message(imported("a", "b", "c", "d", "e", "f", "g")),
    "Cannot link module: unknown import env.a, env.b, env.c, env.d, env.e and 2 more",
  );
});

Deno.test("linkGuest() tells a module of AssemblyScript what to build differently", () => {
  const failure = failureOf(() => run(`(import "env" "memory" (memory 1)) ${startOf("")}`));
  const reason = "(hint: build without --importMemory, so that the module has its own memory)";
  assertEquals(failure, { code: "unknown-import", message: `Cannot link module: unknown import env.memory ${reason}` });
  const log = `(import "env" "console.log" (func $log (param i32)))`;
  const early = failureOf(() => run(`${log} ${MEMORY} (func $early (call $log (i32.const 64))) (start $early)`));
  const hint = "(hint: build with --exportStart _start)";
  assertEquals(early, { code: "trap", message: `The guest trapped: console.log was called before _start ${hint}` });
});

Deno.test("linkGuest() offers only the ABI's functions", () => {
  const imports: Record<string, string> = {
    "constructor.keys": "(func)",
    "__proto__.toString": "(func)",
    "wasm_bpf.constructor": "(func)",
    "env.memory": "(memory 1)",
    "env.__indirect_function_table": "(table 1 funcref)",
    "wasm_bpf.wasm_bpf_map_operate": "(global i32)",
    "wasm:js-string.length": "(func (param externref) (result i32))",
  };
  for (const [name, type] of Object.entries(imports)) {
    const [module, field] = name.split(".");
    const failure = failureOf(() => run(`(import "${module}" "${field}" ${type}) (func (export "_start"))`));
    const { code, message } = failure;
    assertEquals({ code, message: message.replace(/ \(hint: .*\)$/, "") }, {
      code: "unknown-import",
      message: `Cannot link module: unknown import ${name}`,
    });
  }
});

Deno.test("linkGuest() refuses a module without a usable memory", () => {
  const memories: Record<string, string> = {
    "": 'it exports no "memory"',
    '(memory 1) (export "heap" (memory 0))': 'it exports no "memory"',
    '(func (export "memory"))': 'it exports no "memory"',
    '(memory (export "memory") 1 1 shared)': "its memory is shared between threads",
  };
  for (const [memory, reason] of Object.entries(memories)) {
    const failure = failureOf(() => run(`${memory} ${startOf("")}`));
    assertEquals(failure, { code: "invalid-module", message: `Cannot run module: ${reason}` });
  }
});

/** Imports of a guest with 64-bit addresses. */
const WRITE_64 = `(import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i64 i64 i64) (result i32)))`;
const MEMORY_64 = `(memory (export "memory") i64 1)`;

Deno.test("a guest with 64-bit addresses gets imports with 64-bit pointers", () => {
  const write = (list: string, count: string, result: string) =>
    run(`${EXIT} ${WRITE_64} ${MEMORY_64} (data (i64.const 8) "\\20\\00\\00\\00\\00\\00\\00\\00\\01")
      ${
      startOf(`(call $exit (call $write (i32.const 1) (i64.const ${list}) (i64.const ${count}) (i64.const ${result})))`)
    }`);
  assertEquals(write("8", "0", "64"), 0);
  for (const bad of ["-1", "-8", "0x10000", "0x100000000", "0x20000000000000", "0x7fffffffffffffff"]) {
    assertEquals(write("8", "1", bad), WASI_EFAULT, bad);
    assertEquals(write(bad, "1", "64"), WASI_EFAULT, bad);
  }
  for (const bad of ["-1", "0x100000001", "0x7fffffffffffffff"]) assertEquals(write("8", bad, "64"), WASI_EINVAL, bad);
});

Deno.test("linkGuest() compares imports with the types for the width of the guest's memory", () => {
  const failure = (imports: string, memory: string) => failureOf(() => run(`${imports} ${memory} ${startOf("")}`));
  const write32 = WRITE_64.replaceAll("i64", "i32");
  const type = (bits: number) => `(i32, i${bits}, i${bits}, i${bits}) -> i32`;
  for (const [imports, memory, has, expected] of [[WRITE_64, MEMORY, 64, 32], [write32, MEMORY_64, 32, 64]] as const) {
    assertEquals(failure(imports, memory), {
      code: "invalid-module",
      message: "Cannot link module: import wasi_snapshot_preview1.fd_write has type " +
        `${type(has)}, should be ${type(expected)}`,
    });
  }
  const unstable = `(import "wasi_unstable" "sched_yield" (func (result i32)))`;
  assertEquals(run(`${unstable} ${MEMORY} ${startOf("")}`), 0);
  assertEquals(failure(unstable, MEMORY_64), {
    code: "unknown-import",
    message: "Cannot link module: unknown import wasi_unstable.sched_yield",
  });
});

Deno.test("linkGuest() runs a start function, for which imports have no memory yet", () => {
  const calls = `
    (import "wasm_bpf" "wasm_load_bpf_object" (func $load (param i32 i32) (result i64)))
    (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))`;
  const module = (call: string) => `
    ${calls} ${EXIT} ${MEMORY} (global $result (mut i32) (i32.const 99))
    (func $early (global.set $result ${call})) (start $early)
    ${startOf("(call $exit (global.get $result))")}`;
  assertEquals(run(module("(call $random (i32.const 0) (i32.const 8))")), WASI_EFAULT);
  assertEquals(run(module("(i32.wrap_i64 (call $load (i32.const 0) (i32.const 8)))")), 0);
});

Deno.test("linkGuest() takes a trap and proc_exit in a start function for the guest's end", () => {
  const started = (body: string) => run(`${EXIT} ${MEMORY} (func $early ${body}) (start $early) ${startOf("")}`);
  assertEquals(started("(call $exit (i32.const 9))"), 9);
  assertEquals(failureOf(() => started("unreachable")), { code: "trap", message: "The guest trapped: unreachable" });
});

Deno.test("startGuest() calls _start, or _initialize of a module that has no _start", () => {
  const leave = (code: number) => `(call $exit (i32.const ${code}))`;
  const initialize = `(func (export "_initialize") ${leave(5)})`;
  assertEquals(run(`${EXIT} ${MEMORY} ${startOf(leave(4))}`), 4);
  assertEquals(run(`${EXIT} ${MEMORY} ${initialize}`), 5);
  assertEquals(run(`${EXIT} ${MEMORY} ${initialize} ${startOf(leave(4))}`), 4);
  assertEquals(run(`${MEMORY} ${startOf("")}`), 0);
  assertEquals(run(`${MEMORY} (func (export "_start") (result i32) (i32.const 3))`), 0);
  for (const entry of ["", `(func (export "main"))`, `(global (export "_start") i32 (i32.const 1))`]) {
    assertEquals(failureOf(() => run(`${MEMORY} ${entry}`)), {
      code: "invalid-module",
      message: "Cannot run module: it exports neither _start nor _initialize",
    });
  }
});

Deno.test("startGuest() gives the reason of a trap", () => {
  const deaths: Record<string, string> = {
    "unreachable": "unreachable",
    "(drop (i32.load (i32.const -4)))": "memory access out of bounds",
    "(drop (i32.div_s (i32.const 1) (i32.const 0)))": "divide by zero",
    "(call_indirect (i32.const 7))": "table index is out of bounds",
    "(call $deeper (i64.const 1)) (drop (i32.const 1))": "stack overflow",
    "(throw $tag)": "an uncaught exception",
  };
  const others = `(tag $tag) (table 1 funcref)
    (func $deeper (param i64) (call $deeper (local.get 0)) (drop (i32.const 1)))`;
  for (const [body, reason] of Object.entries(deaths)) {
    const failure = failureOf(() => run(`${MEMORY} ${others} ${startOf(body)}`));
    assertEquals(failure, { code: "trap", message: `The guest trapped: ${reason}` });
  }
});

Deno.test("runGuest() ends with the code of proc_exit, even if a guest catches the exception and continues", () => {
  const close = `(import "wasm_bpf" "wasm_close_bpf_object" (func $close (param i64) (result i32)))`;
  const pause = `(import "wasi_snapshot_preview1" "sched_yield" (func $yield (result i32)))`;
  const swallowed = `(block $caught (try_table (catch_all $caught) (call $exit (i32.const 9))))`;
  const others = ["", "unreachable", "(drop (call $close (i64.const 1))) unreachable", "(drop (call $yield))"];
  for (const rest of others) {
    assertEquals(run(`${EXIT} ${close} ${pause} ${MEMORY} ${startOf(`${swallowed} ${rest}`)}`), 9, rest);
  }
  const again = `(block $again (try_table (catch_all $again) (call $exit (i32.const 1))))`;
  assertEquals(run(`${EXIT} ${MEMORY} ${startOf(`${swallowed} ${again}`)}`), 9, "a second proc_exit");
});

Deno.test("runGuest() keeps all 32 bits of an exit code", () => {
  assertEquals(run(`${EXIT} ${MEMORY} ${startOf("(call $exit (i32.const -1))")}`), 2 ** 32 - 1);
});

Deno.test("runGuest() offers the same functions as module env, and a wrapper may be called so too", () => {
  const load = `(import "env" "wasm_load_bpf_object" (func $load (param i32 i32) (result i64)))`;
  const poll = `(import "env" "wasm_bpf_buffer_poll" (func $poll (param i64 i32 i32 i32 i32 i32) (result i32)))`;
  const module = `${load} ${poll} ${EXIT} ${MEMORY} (func (export "cb") (param i32 i32 i32))
    ${startOf("(call $exit (i32.wrap_i64 (call $load (i32.const 0) (i32.const -1))))")}`;
  const bytes = assemble(`(module ${module})`);
  assertEquals(runGuest(bytes, { wrapperModule: "env", callbackExport: "cb" }), 0);
});

const POLL_TYPE = "(i64, i32, i32, i32, i32, i32, i32) -> i32";

Deno.test("linkGuest() names an import that is declared with another type, before the guest starts", () => {
  const wasi = "wasi_snapshot_preview1";
  const imports: [module: string, name: string, declared: string, has: string, should: string][] = [
    ["wasm_bpf", "wasm_load_bpf_object", "(param i64 i64) (result i64)", "(i64, i64) -> i64", "(i32, i32) -> i64"],
    ["wasm_bpf", "wasm_load_bpf_object", "(param i32 i32)", "(i32, i32)", "(i32, i32) -> i64"],
    ["env", "wasm_close_bpf_object", "(param i64) (result i32 i32)", "(i64) -> i32, i32", "(i64) -> i32"],
    [
      "wasm_bpf",
      "wasm_bpf_buffer_poll",
      "(param i64 i32 i32 i32 i32) (result i32)",
      "(i64, i32, i32, i32, i32) -> i32",
      POLL_TYPE,
    ],
    [
      "wasm_bpf",
      "wasm_bpf_map_operate",
      "(param i32 i32 i32 i32 i32) (result i32)",
      "(i32, i32, i32, i32, i32) -> i32",
      "(i32, i32, i32, i32, i32, i64) -> i32 or (i32, i32, i64, i64, i64, i64) -> i32",
    ],
    ["callback-wrapper", "wasm_bpf_buffer_poll", "", "()", "(i64, i32, i32, i32, i32, i32) -> i32"],
    ["libbpf", "bpf_map_munmap", "(param i64) (result i32)", "(i64) -> i32", "(i32) -> i32"],
    [wasi, "fd_close", "(param v128) (result i32)", "(v128) -> i32", "(i32) -> i32"],
    [wasi, "fd_close", "(param externref) (result i32)", "(externref) -> i32", "(i32) -> i32"],
    [wasi, "fd_close", "(param (ref func)) (result i32)", "((ref func)) -> i32", "(i32) -> i32"],
    [wasi, "proc_exit", "(param i32) (result i32)", "(i32) -> i32", "(i32)"],
    [
      "wasi_unstable",
      "fd_seek",
      "(param i32 i32 i32 i32) (result i32)",
      "(i32, i32, i32, i32) -> i32",
      "(i32, i64, i32, i32) -> i32",
    ],
  ];
  for (const [module, name, declared, has, should] of imports) {
    // The start function traps, so the test fails if any code of the module runs.
    const text = `(import "${module}" "${name}" (func ${declared})) ${MEMORY} (func $f unreachable) (start $f) ${
      startOf("")
    }`;
    assertEquals(failureOf(() => run(text)), {
      code: "invalid-module",
      message: `Cannot link module: import ${module}.${name} has type ${has}, should be ${should}`,
    });
  }
});

Deno.test("linkGuest() counts further imports with other types, and reports unknown ones first", () => {
  const misfit = (name: string) => `(import "wasi_snapshot_preview1" "${name}" (func (param i64)))`;
  const two = `${misfit("fd_close")} ${misfit("fd_sync")} ${MEMORY} ${startOf("")}`;
  assertEquals(
    failureOf(() => run(two)).message,
    "Cannot link module: import wasi_snapshot_preview1.fd_close has type (i64), should be (i32) -> i32, " +
      "and 1 more imports have other types",
  );
  const unknown = `(import "env" "abort" (func)) ${two}`;
  assertEquals(failureOf(() => run(unknown)).message, "Cannot link module: unknown import env.abort");
});

Deno.test("linkGuest() accepts a guest that declares map calls in both ways, or with a type of a group", () => {
  const plain = (type: string, module: string) =>
    `(import "${module}" "wasm_bpf_map_operate" (func $${module} (param ${type}) (result i32)))`;
  const both = `${plain("i32 i32 i32 i32 i32 i64", "wasm_bpf")} ${
    plain("i32 i32 i64 i64 i64 i64", "env")
  } ${EXIT} ${MEMORY}
    ${
    startOf(`(call $exit (i32.add
      (call $wasm_bpf (i32.const -1) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0))
      (call $env (i32.const -1) (i32.const 1) (i64.const 0) (i64.const 0) (i64.const 0) (i64.const 0))))`)
  }`;
  const EBADF = 9;
  assertEquals(run(both), 2 ** 32 - 2 * EBADF);
  const grouped = `(rec (type $other (func)) (type $t (func (param i32 i32 i32 i32 i32 i64) (result i32))))
    (import "wasm_bpf" "wasm_bpf_map_operate" (func $call (type $t))) ${EXIT} ${MEMORY}
    ${
    startOf(
      `(call $exit (call $call (i32.const -1) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0)))`,
    )
  }`;
  assertEquals(run(grouped), 2 ** 32 - EBADF);
});

Deno.test("linkGuest() accepts a guest that declares map calls twice in one module, with a plain type and one of a group", () => {
  const parameters = "(param i32 i32 i32 i32 i32 i64) (result i32)";
  const call = (name: string) =>
    `(call $${name} (i32.const -1) (i32.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0))`;
  const text = `(rec (type $other (func)) (type $grouped (func ${parameters})))
    (import "wasm_bpf" "wasm_bpf_map_operate" (func $plain ${parameters}))
    (import "wasm_bpf" "wasm_bpf_map_operate" (func $group (type $grouped))) ${EXIT} ${MEMORY}
    ${startOf(`(call $exit (i32.add ${call("plain")} ${call("group")}))`)}`;
  const EBADF = 9;
  assertEquals(run(text), 2 ** 32 - 2 * EBADF);
});

Deno.test("startGuest() refuses an entry with parameters, or with results that are nothing in JavaScript", () => {
  for (const type of ["(param i32)", "(param i64)", "(param externref)", "(result v128)"]) {
    assertEquals(failureOf(() => run(`${MEMORY} (func (export "_start") ${type} unreachable)`)), {
      code: "invalid-module",
      message: "Cannot run module: its entry has types that do not fit",
    });
  }
});

Deno.test("compileGuest() refuses modules that exceed the limits of a guest", () => {
  const tables = (count: number) => "(table 1 funcref) ".repeat(count);
  const values = (count: number) => "i64 ".repeat(count);
  const excess: Record<string, string> = {
    [`${MEMORY} (memory 1)`]: "it has 2 memories, and a guest may have one",
    [`${MEMORY} ${"(memory i64 0) ".repeat(24)}`]: "it has 25 memories, and a guest may have one",
    [`${MEMORY} ${tables(9)}`]: "it has 9 tables, and a guest may have 8",
    [`${MEMORY} (table 1000001 externref)`]: "it has a table of 1000001 entries, and a guest may have 1000000",
    [`${MEMORY_64} (table i64 1000001 funcref)`]: "it has a table of 1000001 entries, and a guest may have 1000000",
    [`${MEMORY} (tag (param ${values(17)}))`]: "its exceptions carry 17 values, and a guest's may carry 16",
  };
  for (const [text, problem] of Object.entries(excess)) {
    for (const allowGc of [false, true]) {
      const bytes = assemble(`(module ${text} ${startOf("")})`);
      assertEquals(failureOf(() => compileGuest(bytes, "x", { allowGc })), {
        code: "invalid-module",
        message: `Cannot run "x": ${problem}`,
      });
    }
  }
  const most = `${MEMORY} ${tables(7)} (table 1000000 funcref) (tag (param ${values(16)})) ${startOf("")}`;
  assertEquals(runGuest(assemble(`(module ${most})`)), 0);
});

Deno.test("compileGuest() refuses types of the garbage collector unless they are allowed", () => {
  const collected: Record<string, string> = {
    "(type $t (struct (field i32))) (global (ref null $t) (ref.null $t))": "a struct type",
    "(type $t (array (mut i8))) (global (ref null $t) (ref.null $t))": "an array type",
    "(rec (type $f (func)) (type $t (sub (struct (field (mut i16)) (field (ref null 0)))))) (global (ref null $t) (ref.null $t))":
      "a struct type",
    "(func (param anyref))": "anyref",
    "(func (param (ref i31)))": "(ref i31)",
    "(func (param (ref null none)))": "nullref",
    "(table 1 exnref)": "exnref",
    "(tag (param i32 exnref))": "(i32, exnref)",
    "(tag (param (ref exn)))": "((ref exn))",
  };
  for (const [text, what] of Object.entries(collected)) {
    const bytes = assemble(`(module ${text} ${MEMORY} ${startOf("")})`);
    assertEquals(failureOf(() => compileGuest(bytes, "x")), {
      code: "invalid-module",
      message: `Cannot run "x": it uses the engine's garbage collector (${what}) (hint: --allow-gc permits that)`,
    });
    assertEquals(runGuest(bytes, { allowGc: true }), 0, what);
  }
});

Deno.test("compileGuest() takes references that make no objects", () => {
  const references = `
    (rec (type $a (func (param (ref null $b)))) (type $b (func (result (ref null $a)))))
    (type $c (sub (func (param externref funcref)))) (type $d (sub final $c (func (param externref funcref))))
    (tag $plain (param i32)) (tag $with (param funcref externref))
    (table 1 (ref null $a)) (table 2 externref) (global (ref null extern) (ref.null extern))
    (global (ref null $c) (ref.null $c)) (global (ref null $d) (ref.null $d)) (func (local exnref)) ${MEMORY} ${
    startOf("")
  }`;
  assertEquals(run(references), 0);
});

Deno.test("compileGuest() prevents tables from growing past 1,000,000 entries", () => {
  const grown = (table: string, value: string, by: number) =>
    run(`${EXIT} ${MEMORY} (table $t ${table}) (func $f) (elem declare func $f)
      ${startOf(`(call $exit (table.grow $t (${value}) (i32.const ${by})))`)}`);
  const refused = 2 ** 32 - 1;
  assertEquals(grown("3 funcref", "ref.func $f", 999_997), 3);
  assertEquals(grown("3 funcref", "ref.func $f", 999_998), refused);
  assertEquals(grown("3 2000000 externref", "ref.null extern", 999_998), refused);
  assertEquals(grown("3 4 externref", "ref.null extern", 1), 3);
  assertEquals(grown("3 4 externref", "ref.null extern", 2), refused);
  const grown64 = (table: string, by: string) =>
    run(`${EXIT} ${MEMORY_64} (table $t i64 ${table})
      ${startOf(`(call $exit (i32.wrap_i64 (table.grow $t (ref.null func) (i64.const ${by}))))`)}`);
  assertEquals(grown64("3 funcref", "999997"), 3);
  assertEquals(grown64("3 0x1000000000 funcref", "999997"), 3);
  for (const by of ["999998", "0x100000000", "-1", "-3"]) assertEquals(grown64("3 funcref", by), refused, by);
});

Deno.test("compileGuest() bounds the tables of a guest that also needs one exported", () => {
  const text = `${POLL} (table 5 funcref) (table (export "other") 1 1 externref) (func $f) (elem (i32.const 4) $f)
    ${MEMORY} ${startOf("")}`;
  const [first, second] = [text, text.replace(` (export "other")`, "")].map((one) => {
    const { module } = compileGuest(assemble(`(module ${one})`), "x");
    return WebAssembly.Module.exports(module).map((one) => one.name);
  });
  assertEquals([first, second], [["other", "memory", "_start"], ["memory", "_start", TABLE_NAME]]);
});

Deno.test("a memory with 64-bit addresses of more pages than the engine has is refused", () => {
  const refusal = (pages: string) => failureOf(() => run(`(memory (export "memory") i64 ${pages}) ${startOf("")}`));
  for (const pages of ["0x40001", "0x1000000000000"]) {
    const { code, message } = refusal(pages);
    assertEquals([code, message.includes("larger than implementation limit")], ["invalid-module", true], message);
  }
});

Deno.test("a guest with 64-bit addresses traps outside its memory and its table", () => {
  const trapOf = (body: string) => {
    const table = "(table i64 1 funcref) (type $t (func))";
    return failureOf(() => run(`${MEMORY_64} ${table} ${startOf(body)}`)).message;
  };
  for (const at of ["0x10000", "0x100000000", "-4", "0x7fffffffffffffff"]) {
    assertEquals(trapOf(`(drop (i32.load (i64.const ${at})))`), "The guest trapped: memory access out of bounds", at);
    const called = trapOf(`(call_indirect (type $t) (i64.const ${at}))`);
    assertEquals(called, "The guest trapped: table index is out of bounds", at);
  }
});

Deno.test("compileGuest() prevents a memory from growing past the caller's maximum", () => {
  const bytes = assemble(`(module (memory (export "memory") 1))`);
  const { module } = compileGuest(bytes, "x", { allowGc: false, maxMemoryBytes: 3 * 65536 });
  const { memory } = new WebAssembly.Instance(module).exports;
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError("no memory");
  assertEquals(memory.grow(2), 1);
  assertThrows(() => memory.grow(1), RangeError);
  const growing = (by: string) => {
    const body = startOf(`(call $exit (i32.wrap_i64 (memory.grow (i64.const ${by}))))`);
    return runGuest(assemble(`(module ${EXIT} ${MEMORY_64} ${body})`), { maxMemoryBytes: 3 * 65536 });
  };
  assertEquals(growing("2"), 1);
  for (const by of ["3", "0x10000", "0x100000000", "-1"]) assertEquals(growing(by), 2 ** 32 - 1, by);
});

Deno.test("a guest may export its callbacks by number, and then needs no table", () => {
  // libbpf_set_print() refuses a function that the guest does not have.
  const imports = `${EXIT}
    (import "libbpf" "libbpf_set_print" (func $print (param i32 i32 i32) (result i32)))`;
  const exits = (index: number) =>
    startOf(`(call $exit (i32.sub (i32.const 0) (call $print (i32.const ${index}) (i32.const 64) (i32.const 64))))`);
  const callback = `(func (export "wasm_bpf_callback_3") (param i32 i32))`;
  assertEquals(run(`${imports} ${MEMORY} ${callback} ${exits(3)}`), 0);
  for (const index of [0x40, 2]) assertEquals(run(`${imports} ${MEMORY} ${callback} ${exits(index)}`), WASI_EINVAL);
  // Other names are no callbacks.
  for (const name of ["wasm_bpf_callback_0", "wasm_bpf_callback_64", "wasm_bpf_callback_3x"]) {
    const other = `(func (export "${name}") (param i32 i32))`;
    assertEquals(run(`${imports} ${MEMORY} ${other} ${exits(3)}`), WASI_EINVAL, name);
  }
});

Deno.test("a guest with 64-bit addresses may export its callbacks by number too", () => {
  const imports = `${EXIT}
    (import "libbpf" "libbpf_set_print" (func $print (param i64 i64 i64) (result i32)))`;
  const exits = startOf(
    "(call $exit (i32.sub (i32.const 0) (call $print (i64.const 3) (i64.const 64) (i64.const 64))))",
  );
  const callback = `(func (export "wasm_bpf_callback_3") (param i32 i64))`;
  assertEquals(run(`${imports} ${MEMORY_64} ${callback} ${exits}`), 0);
});
