/** Tests how the command line runs modules: those that cannot run, trap, or have odd names. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { assemble } from "../../scripts/build_wat.ts";
import { llvmTool } from "../../scripts/pins.ts";
import { assertOneLine, directoryWith, run, runWasmBpf, testGuest } from "./command.ts";

const MEMORY = `(memory (export "memory") 1)`;
const START = `(func (export "_start"))`;
const POLL_TYPE = "(param i64 i32 i32 i32 i32 i32 i32) (result i32)";

/** Modules that compile, but cannot be linked or trap at the start. */
const MODULES: Readonly<Record<string, readonly [text: string, code: number, line: RegExp]>> = {
  "that is bare": [`(module)`, 126, /it exports no "memory"$/],
  "without a memory": [`(module ${START})`, 126, /it exports no "memory"$/],
  "without an entry": [`(module ${MEMORY})`, 126, /it exports neither _start nor _initialize$/],
  "whose _start is a global": [
    `(module ${MEMORY} (global (export "_start") i32 (i32.const 1)))`,
    126,
    /exports neither _start/,
  ],
  "with unknown imports": [
    `(module (import "env" "f" (func)) (import "wasm_bpf" "nosuch" (func)) ${MEMORY} ${START})`,
    126,
    /unknown import env\.f, wasm_bpf\.nosuch/,
  ],
  "with many unknown imports": [
    `(module ${Array.from({ length: 9 }, (_, i) => `(import "env" "f${i}" (func))`).join("")} ${MEMORY} ${START})`,
    126,
    /unknown import env\.f0, .*env\.f4 and 4 more/,
  ],
  "that imports its memory": [
    `(module (import "env" "memory" (memory 1)) (export "memory" (memory 0)) ${START})`,
    126,
    /unknown import env\.memory/,
  ],
  "that imports from JavaScript's objects": [
    `(module (import "constructor" "keys" (func (param externref) (result externref))) ${MEMORY} ${START})`,
    126,
    /unknown import constructor\.keys/,
  ],
  "with a shared memory": [`(module (memory (export "memory") 1 1 shared) ${START})`, 126, /shared/],
  "whose import has other types": [
    `(module (import "wasm_bpf" "wasm_bpf_map_fd_by_name" (func $f (param i64 i32) (result i64))) ${MEMORY}
       (func (export "_start") (drop (call $f (i64.const 1) (i32.const 0)))))`,
    126,
    /import wasm_bpf\.wasm_bpf_map_fd_by_name has type \(i64, i32\) -> i64, should be \(i64, i32\) -> i32$/,
  ],
  "whose poll is that of the first SDK": [
    `(module (import "wasm_bpf" "wasm_bpf_buffer_poll" (func (param i64 i32 i32 i32 i32) (result i32))) ${MEMORY} ${START})`,
    126,
    /import wasm_bpf\.wasm_bpf_buffer_poll has type \(i64, i32, i32, i32, i32\) -> i32, should be \(i64(, i32){6}\) -> i32$/,
  ],
  "that passes an object to an import": [
    `(module (type $s (struct (field i32)))
       (import "wasi_snapshot_preview1" "fd_close" (func $f (param externref) (result i32))) ${MEMORY}
       (func (export "_start") (drop (call $f (extern.convert_any (struct.new $s (i32.const 1)))))))`,
    126,
    /it uses the engine's garbage collector \(a struct type\) \(hint: --allow-gc permits that\)$/,
  ],
  "with many memories": [
    `(module ${"(memory 0) ".repeat(2000)} (memory (export "memory") 1) ${START})`,
    126,
    /it has 2001 memories, and a guest may have one$/,
  ],
  "with many tables": [
    `(module ${MEMORY} ${"(table 1 externref) ".repeat(100)} ${START})`,
    126,
    /it has 100 tables, and a guest may have 8$/,
  ],
  "whose exceptions hold exceptions": [
    `(module ${MEMORY} (tag (param exnref)) ${START})`,
    126,
    /it uses the engine's garbage collector \(\(exnref\)\) \(hint: --allow-gc permits that\)$/,
  ],
  "whose entry has parameters": [
    `(module ${MEMORY} (func (export "_start") (param i64)))`,
    126,
    /types that do not fit$/,
  ],
  "that traps": [`(module ${MEMORY} (func (export "_start") unreachable))`, 134, /The guest trapped: unreachable$/],
  "that traps before it starts": [
    `(module ${MEMORY} (func $f unreachable) (start $f) ${START})`,
    134,
    /The guest trapped: unreachable$/,
  ],
  "that overflows its stack": [
    `(module ${MEMORY} (func $f (export "_start") (call $f) (call $f)))`,
    134,
    /The guest trapped: stack overflow$/,
  ],
  "that divides by zero": [
    `(module ${MEMORY} (func (export "_start") (drop (i32.div_u (i32.const 1) (i32.const 0)))))`,
    134,
    /The guest trapped: divide by zero$/,
  ],
  "that reads beyond its memory": [
    `(module ${MEMORY} (func (export "_start") (drop (i32.load (i32.const -1)))))`,
    134,
    /The guest trapped: memory access out of bounds$/,
  ],
  "that throws an exception": [
    `(module (tag $e) ${MEMORY} (func (export "_start") (throw $e)))`,
    134,
    /The guest trapped: an uncaught exception$/,
  ],
  "that exports no callback for its poll": [
    `(module (import "callback-wrapper" "wasm_bpf_buffer_poll" (func $poll (param i64 i32 i32 i32 i32 i32) (result i32)))
       ${MEMORY} (func (export "_start")
         (drop (call $poll (i64.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))))`,
    126,
    /the module does not export "go-callback"$/,
  ],
};

for (const [what, [text, code, line]] of Object.entries(MODULES)) {
  Deno.test(`wasm-bpf exits with ${code} for a module ${what}`, async () => {
    await using files = await directoryWith({ "guest.wasm": assemble(text) });
    const finished = await runWasmBpf([`${files.path}/guest.wasm`]);
    const [first, second, ...more] = finished.stderr.trimEnd().split("\n");
    assertOneLine({ ...finished, stderr: `${first}\n` }, { code, line });
    // A trap has a further line with the stack; an exception has none.
    const hasStack = code === 134 && !/exception/.test(what);
    assertEquals([second, more], [hasStack ? "wasm-bpf: in function[0]" : undefined, []]);
  });
}

Deno.test("wasm-bpf --allow-gc runs a module that makes objects, and still compares its imports", async () => {
  const objects = `(module (type $s (struct (field i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32))) ${MEMORY}
    (func (export "_start") (call $exit (struct.get $s 0 (struct.new $s (i32.const 7))))))`;
  const misfit = MODULES["that passes an object to an import"]?.[0] ?? "";
  await using files = await directoryWith({ "objects.wasm": assemble(objects), "misfit.wasm": assemble(misfit) });
  const { code, stderr } = await runWasmBpf(["--allow-gc", `${files.path}/objects.wasm`]);
  assertEquals([code, stderr], [7, ""]);
  assertOneLine(await runWasmBpf(["--allow-gc", `${files.path}/misfit.wasm`]), {
    code: 126,
    line: /import wasi_snapshot_preview1\.fd_close has type \(externref\) -> i32, should be \(i32\) -> i32$/,
  });
});

Deno.test("wasm-bpf shortens a line that a module's names make long", async () => {
  const name = "x".repeat(60_000);
  await using files = await directoryWith({
    "long.wasm": assemble(`(module (import "${name}" "f" (func)) ${MEMORY} (func (export "_start")))`),
  });
  const { code, stderr } = await runWasmBpf([`${files.path}/long.wasm`]);
  assertEquals(code, 126);
  assertMatch(
    stderr,
    /^wasm-bpf: Cannot link module: unknown import x{3500,3600}\.\.\. \(\d+ characters left out\) \.\.\.x{510}\.f\n$/,
  );
});

/** The source of a guest that traps. It is not stripped, so its functions have names. */
const NAMED_TRAP = `
  __attribute__((noinline)) void leaf(int how) { if (how) __builtin_trap(); }
  __attribute__((noinline)) void caller(int how) { leaf(how); __asm__ volatile(""); }
  __attribute__((noinline)) int recurse(volatile int *depth) { ++*depth; return recurse(depth) + *depth; }
  int main(int argc, char **argv) { (void)argv; return argc > 1 ? recurse(&argc) : (caller(argc), 0); }`;

Deno.test("wasm-bpf names the guest's functions that were running when it trapped, without the host's", async () => {
  await using files = await directoryWith({ "trap.c": NAMED_TRAP });
  const module = `${files.path}/trap.wasm`;
  const compiled = await run(llvmTool("clang"), ["--target=wasm32-wasi", "-O1", `${files.path}/trap.c`, "-o", module]);
  assertEquals(compiled.code, 0, compiled.stderr);
  const { code, stderr } = await runWasmBpf([module]);
  assertEquals(code, 134);
  assertMatch(
    stderr,
    /^wasm-bpf: The guest trapped: unreachable\nwasm-bpf: in leaf < caller < main < [^\n]*_start[^\n]*\n$/,
  );
  const recursive = await runWasmBpf([module, "recurse"]);
  assertEquals(recursive.stderr, "wasm-bpf: The guest trapped: stack overflow\nwasm-bpf: in recurse\n");
  const callback = await runWasmBpf([testGuest("trap_in_callback")]);
  assertMatch(
    callback.stderr,
    /^wasm-bpf: The guest trapped: unreachable\nwasm-bpf: in function\[\d+\]( < function\[\d+\])+\n$/,
  );
  // The callback, what it calls, the function that polls, main() and _start.
  assert(callback.stderr.split(" < ").length >= 4, callback.stderr);
});

Deno.test("wasm-bpf runs a module without a table, whose poll then fails", async () => {
  const text = `(module (import "wasm_bpf" "wasm_bpf_buffer_poll" (func $poll ${POLL_TYPE}))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32))) ${MEMORY} (func (export "_start")
      (call $exit (i32.sub (i32.const 0) (call $poll (i64.const 1) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
        (i32.const 0) (i32.const 0))))))`;
  await using files = await directoryWith({ "guest.wasm": assemble(text) });
  const { code, stdout, stderr } = await runWasmBpf([`${files.path}/guest.wasm`]);
  assertEquals([code, stdout, stderr], [22, "", ""]);
});

Deno.test("wasm-bpf prints a guest's name of several lines in one line", async () => {
  const { code, stderr } = await runWasmBpf([testGuest("fires"), "on\nxdp\x1b[2J"]);
  assertEquals(code, 4);
  assertMatch(stderr, /^wasm-bpf: Cannot attach program "on xdp\\x1b\[2J": the object has none of this name [^\n]*\n$/);
});

Deno.test("wasm-bpf escapes invisible characters in a guest's name", async () => {
  const { stderr } = await runWasmBpf([
    testGuest("fires"),
    "x\u202egnp.exe\u2066\u200b\u2028wasm-bpf: all is well\x9b31m é漢字",
  ]);
  assertStringIncludes(
    stderr,
    `Cannot attach program "x\\u202egnp.exe\\u2066\\u200b\\u2028wasm-bpf: all is well\\x9b31m é漢字": `,
  );
});

Deno.test("wasm-bpf --verbose shows where a guest trapped", async () => {
  const { code, stderr } = await runWasmBpf(["-v", testGuest("trap_in_callback")]);
  assertEquals(code, 134);
  assertMatch(stderr, /^wasm-bpf: Buffer .*\nwasm-bpf: The guest trapped: unreachable\n(wasm-bpf: .*\n)+$/);
  assertMatch(stderr, /wasm-bpf: +at .*wasm:\/\/wasm\//);
});
