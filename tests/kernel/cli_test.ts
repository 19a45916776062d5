/** Tests the command line: wrong input gives one clear line, and the exit codes are those of --help. */

import { assert, assertEquals, assertExists, assertMatch, assertStringIncludes } from "@std/assert";
import { assemble } from "../../scripts/build_wat.ts";
import { llvmTool } from "../../scripts/pins.ts";
import { type Finished, run, runWasmBpf, testGuest, WASM_BPF } from "./command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const BOOTSTRAP = `${CHECKOUT}examples/bootstrap/bootstrap.wasm`;
const OPENSNOOP = `${CHECKOUT}examples/opensnoop/opensnoop.wasm`;

/** Asserts that the only output is one line on stderr. */
function assertOneLine({ code, stdout, stderr }: Finished, expected: { code: number; line: RegExp }): void {
  assertEquals([code, stdout], [expected.code, ""], stderr);
  assertMatch(stderr, /^wasm-bpf: [^\n]+\n$/);
  assertMatch(stderr.trimEnd(), expected.line);
}

/** A directory with these files in it. */
async function directoryWith(files: Readonly<Record<string, Uint8Array | string>>) {
  const path = await Deno.makeTempDir();
  for (const [name, content] of Object.entries(files)) {
    await Deno.writeFile(`${path}/${name}`, typeof content === "string" ? new TextEncoder().encode(content) : content);
  }
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }) };
}

/** Runs wasm-bpf by way of a shell: `$0 "$@"` in the script. */
function runThrough(script: string, args: readonly string[]): Promise<Finished> {
  return run("timeout", ["20", "bash", "-c", script, ...WASM_BPF, ...args]);
}

const USAGE: readonly (readonly [args: readonly string[], line: RegExp])[] = [
  [[], /^wasm-bpf: Cannot run: no MODULE given \(see wasm-bpf --help\)$/],
  [["run"], /no MODULE given/],
  [["--nosuch", "x.wasm"], /unknown option "--nosuch"/],
  [["-q", "x.wasm"], /unknown option "-q"/],
  [["--no-quiet", "x.wasm"], /unknown option "--no-quiet"/],
  [["--env", "A", "x.wasm"], /--env "A" is not NAME=VALUE/],
  [["--env", "=A", "x.wasm"], /--env "=A" is not NAME=VALUE/],
  [["--btf=", "x.wasm"], /--btf needs a value/],
  [["--callback-export", "", "x.wasm"], /--callback-export needs a value/],
  [["--max-links", "many", "x.wasm"], /--max-links "many" is not a number from 0 to 1048576/],
  [["--max-links=-1", "x.wasm"], /--max-links "-1" is not a number/],
  [["--max-links=1048577", "x.wasm"], /--max-links "1048577" is not a number/],
  [["--btf"], /--btf needs a value/],
  [["--btf", "a", "--btf=b", "x.wasm"], /Cannot run: --btf is given twice/],
  [["--memory", "1GiB", "--memory", "2GiB", "x.wasm"], /--memory is given twice/],
  [["--memory", "x.wasm"], /--memory "x.wasm" is not a size \(16MiB, 1GiB, unlimited\)/],
  [["--memory", "0", "x.wasm"], /--memory "0" is not a size/],
  [["--memory", "-1", "x.wasm"], /unknown option "-1"/],
  [["--memory=-1", "x.wasm"], /--memory "-1" is not a size/],
  [["--memory", "1.5GiB", "x.wasm"], /--memory "1.5GiB" is not a size/],
  [["--memory", "1GB", "x.wasm"], /--memory "1GB" is not a size/],
  [["--memory", "99999999999999999999", "x.wasm"], /--memory "99999999999999999999" is not a size/],
  [["--memory=", "x.wasm"], /--memory needs a value/],
  [["--dir", "::/data", "x.wasm"], /Cannot give directory "::\/data": it is not HOST/],
  [["--dir", "", "x.wasm"], /--dir needs a value \(see wasm-bpf --help\)$/],
  [["--dir", "--quiet", "x.wasm"], /--dir needs a value/],
  [["--env"], /--env needs a value/],
  [["--quiet=1", "x.wasm"], /--quiet takes no value/],
  [["--verbos", "x.wasm"], /unknown option "--verbos" \(did you mean --verbose\?\)$/],
];

for (const [args, line] of USAGE) {
  Deno.test(`wasm-bpf ${args.join(" ")} gives the reason and exits with 2`, async () => {
    assertOneLine(await runWasmBpf(args), { code: 2, line });
  });
}

Deno.test("wasm-bpf exits with 127 when there is no such file", async () => {
  assertOneLine(await runWasmBpf(["nosuch.wasm"]), {
    code: 127,
    line: /Cannot read "nosuch.wasm": ENOENT: no such file/,
  });
  assertOneLine(await runWasmBpf([""]), { code: 127, line: /Cannot read "": ENOENT/ });
  assertOneLine(await runWasmBpf(["run", "run"]), { code: 127, line: /Cannot read "run": ENOENT/ });
});

Deno.test("wasm-bpf names an unknown subcommand", async () => {
  assertOneLine(await runWasmBpf(["inspct", "x"]), {
    code: 127,
    line: /^wasm-bpf: Cannot run "inspct": no such file or subcommand \(did you mean inspect\?\)$/,
  });
  assertOneLine(await runWasmBpf(["-v", "inspect", "x"]), {
    code: 127,
    line: /\(subcommands come first: wasm-bpf inspect ...\)$/,
  });
  assertOneLine(await runWasmBpf(["./inspct"]), { code: 127, line: /Cannot read ".\/inspct": ENOENT/ });
  await using files = await directoryWith({ inspct: assemble(`(module ${MEMORY} ${START})`), other: "" });
  assertEquals((await runWasmBpf(["inspct"], { cwd: files.path })).code, 0);
  assertOneLine(await runWasmBpf(["other"], { cwd: files.path }), {
    code: 126,
    line: /Cannot run "other": it is empty$/,
  });
});

Deno.test("wasm-bpf - runs the module on standard input, which the guest finds at its end", async () => {
  const through = (module: string, args: readonly string[]) => runThrough(`cat ${module} - | "$0" "$@"`, args);
  const { code, stdout, stderr } = await through(testGuest("arguments"), ["-", "a", "-"]);
  assertEquals([code, stdout, stderr], [0, "-\na\n-\n", ""]);
  assertEquals((await runThrough(`"$0" "$@" <${testGuest("exit_code")}`, ["run", "-", "7"])).code, 7);
  const end = assemble(
    `(module (import "wasi_snapshot_preview1" "fd_read" (func $read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
    (memory (export "memory") 1) (data (i32.const 0) "\\10\\00\\00\\00\\05\\00\\00\\00\\ff\\ff\\ff\\ff") (func (export "_start")
      (call $exit (i32.add (call $read (i32.const 0) (i32.const 0) (i32.const 1) (i32.const 8)) (i32.load (i32.const 8))))))`,
  );
  await using files = await directoryWith({ "end.wasm": end });
  assertEquals((await through(`${files.path}/end.wasm`, ["-"])).code, 0);
});

Deno.test("wasm-bpf - gives the reason when standard input is not a module", async () => {
  const from = async (redirection: string, args = ["-"]) => await runThrough(`"$0" "$@" ${redirection}`, args);
  assertOneLine(await from("</dev/null"), { code: 126, line: /Cannot run "-": it is empty$/ });
  assertOneLine(await from("<&-"), { code: 126, line: /Cannot run "-": it is empty$/ });
  assertOneLine(await from("</tmp"), { code: 126, line: /Cannot read standard input: EISDIR: is a directory$/ });
  assertOneLine(await from("</dev/zero"), { code: 126, line: /standard input: EFBIG: it has more than 256 MiB$/ });
  assertOneLine(await from(`< <(head -c 1000 ${BOOTSTRAP})`), { code: 126, line: /it is not a valid module/ });
  const terminal = await run("script", ["--quiet", "--return", "--command", [...WASM_BPF, "-"].join(" "), "/dev/null"]);
  assertEquals(terminal.code, 2);
  assertStringIncludes(terminal.stdout, "wasm-bpf: Cannot read standard input: it is a terminal");
});

Deno.test("wasm-bpf inspect - and gen - read standard input", async () => {
  const inspected = await runThrough(`"$0" "$@" <${BOOTSTRAP}`, ["inspect", "-"]);
  assertEquals([inspected.code, inspected.stderr], [0, ""]);
  assertMatch(inspected.stdout, /^-: WebAssembly module, /);
  const object = `${CHECKOUT}.build/guests/events.bpf.o`;
  const generated = await runThrough(`"$0" "$@" <${object}`, ["gen", "skeleton", "-", "name", "events"]);
  const expected = await runWasmBpf(["gen", "skeleton", object, "name", "events"]);
  assertEquals([generated.code, generated.stdout, generated.stderr], [0, expected.stdout, ""]);
  const unnamed = await runThrough(`"$0" "$@" <${object}`, ["gen", "types", "-"]);
  assertOneLine(unnamed, {
    code: 2,
    line: /Cannot generate types: standard input has no name; give one with "name NAME"/,
  });
});

Deno.test("wasm-bpf exits with 126 for a file that is not a module", async () => {
  const module = await Deno.readFile(BOOTSTRAP);
  await using files = await directoryWith({
    empty: "",
    text: "hello",
    three: module.slice(0, 3),
    truncated: module.slice(0, module.length / 2),
    version: module.slice(0, 8).map((byte, index) => index === 4 ? 9 : byte),
    damaged: module.map((byte, index) => index === 9 ? 0xff : byte),
  });
  const at = (name: string) => runWasmBpf([`${files.path}/${name}`]);
  assertOneLine(await at("empty"), { code: 126, line: /Cannot run ".*empty": it is empty$/ });
  assertOneLine(await at("text"), { code: 126, line: /it is not a WebAssembly module$/ });
  assertOneLine(await at("three"), { code: 126, line: /it is not a WebAssembly module$/ });
  assertOneLine(await at("truncated"), { code: 126, line: /it is not a valid module: / });
  assertOneLine(await at("version"), { code: 126, line: /it is not a valid module: / });
  assertOneLine(await at("damaged"), { code: 126, line: /it is not a valid module: / });
  assertOneLine(await runWasmBpf(["/bin/true"]), { code: 126, line: /it is an ELF file, not a WebAssembly module/ });
  assertOneLine(await runWasmBpf(["/tmp"]), { code: 126, line: /Cannot read "\/tmp": EISDIR: is a directory$/ });
});

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
  "with a memory of 64-bit addresses": [`(module (memory (export "memory") i64 1) ${START})`, 126, /64-bit addresses/],
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

Deno.test("wasm-bpf passes everything after MODULE to the guest unchanged", async () => {
  const module = testGuest("arguments");
  const args = [
    "-h",
    "--",
    "--quiet",
    "007",
    "1e3",
    "0x10",
    "",
    "ü€😀",
    "--version",
    "-v",
    "--dir",
    "a b",
    "true",
    "\t\n",
  ];
  const expected = [module, ...args].map((arg) => `${arg}\n`).join("");
  for (const before of [[], ["run"], ["--"], ["--quiet"], ["run", "--"]]) {
    const { code, stdout, stderr } = await runWasmBpf([...before, module, ...args]);
    assertEquals([code, stdout, stderr], [0, expected, ""]);
  }
});

Deno.test("wasm-bpf --env gives the guest these variables and no others", async () => {
  const env = ["--env", "A=1", "--env=B=2=3", "--env", "C=", "--env", "D=ü"];
  const { code, stdout } = await runWasmBpf([...env, testGuest("environment")], { env: { SECRET: "1" } });
  assertEquals([code, stdout], [0, "A=1\nB=2=3\nC=\nD=ü\n"]);
});

Deno.test("wasm-bpf names a --dir that does not exist", async () => {
  const finished = await runWasmBpf(["--dir", "/nosuch", testGuest("exit_code")]);
  assertOneLine(finished, { code: 125, line: /Cannot give the guest directory "\/nosuch": ENOENT/ });
});

/** libc's reasons for refusing a path that is in none of the guest's directories: Debian 12's wasi-libc, and newer ones. */
const REFUSALS = { ENOTCAPABLE: "Capabilities insufficient", ENOENT: "No such file or directory" };

/** The reason of the libc that the guests were built with. */
async function refusalOfLibc(): Promise<string> {
  const { stderr } = await runWasmBpf(["--quiet", testGuest("open_file"), "/"]);
  const refusal = Object.values(REFUSALS).find((reason) => stderr === `/: ${reason}\n`);
  assertExists(refusal, `libc refuses "/" with an unexpected message: ${stderr}`);
  return refusal;
}

Deno.test("wasm-bpf names the --dir that a guest would have needed, once, and not with --quiet", async () => {
  await using files = await directoryWith({ "data.txt": "hello" });
  const file = `${files.path}/data.txt`;
  const guest = testGuest("open_file");
  const line = `wasm-bpf: Cannot open "${file}" for the guest: it is in none of the guest's directories ` +
    `(hint: --dir ${files.path}:ro, or --dir ${files.path} if it writes there)\n`;
  const imitations = Object.entries(REFUSALS).map(([name, reason]) =>
    [["--env", `REFUSED_WITH=${name}`], reason] as const
  );
  for (const [env, reason] of [[[], await refusalOfLibc()] as const, ...imitations]) {
    assertEquals(await runWasmBpf([...env, guest, file]), {
      code: 1,
      stdout: "",
      stderr: `${file}: ${reason}\n${line}`,
    });
    const other = await runWasmBpf([...env, guest, file, "Cannot read the file"]);
    assertEquals(other.stderr, `Cannot read the file: ${reason}\n${line}`);
    const elsewhere = await runWasmBpf([...env, "--dir", `${files.path}::/data`, guest, file]);
    assertEquals(elsewhere.stderr, `${file}: ${reason}\n${line}`);
    assertEquals((await runWasmBpf([...env, "--quiet", guest, file])).stderr, `${file}: ${reason}\n`);
  }
  assertEquals(await runWasmBpf(["--dir", `${files.path}:ro`, guest, file]), { code: 0, stdout: "", stderr: "" });
  const missing = await runWasmBpf(["--dir", files.path, guest, `${file}x`]);
  assertEquals(missing.stderr, `${file}x: No such file or directory\n`);
});

Deno.test("wasm-bpf names no --dir if a guest's ENOENT is the host's", async () => {
  await using files = await directoryWith({ "data.txt": "hello" });
  const message = "Cannot read /etc/passwd";
  // The guest names a file outside its directory, but the call that failed is about another file.
  const missing = await runWasmBpf(["--dir", files.path, testGuest("open_file"), `${files.path}/x`, message]);
  assertEquals(missing.stderr, `${message}: No such file or directory\n`);
});

Deno.test("wasm-bpf --help and --version write to stdout and exit with 0", async () => {
  const help = await runWasmBpf(["--help"]);
  assertEquals([help.code, help.stderr], [0, ""]);
  for (const word of ["--env", "--dir", "--btf", "--quiet", "--callback-export", "Examples:", "134"]) {
    assertStringIncludes(help.stdout, word);
  }
  assertEquals((await runWasmBpf(["-h"])).stdout, help.stdout);
  const version = await runWasmBpf(["--version"]);
  assertEquals([version.code, version.stderr], [0, ""]);
  assertMatch(version.stdout, /^wasm-bpf \d+\.\d+\.\d+\ndeno \d+\.\d+\.\d+\nv8 \d+\.\S+\nlibbpf 1\.5 \(built\)\n$/);
});

Deno.test("wasm-bpf prints the verifier's reason, its whole log with --verbose, and nothing with --quiet", async () => {
  const reason = "prog 'bad': R0 invalid mem access 'scalar'";
  const usual = await runWasmBpf([testGuest("reject")]);
  assertStringIncludes(usual.stderr, `wasm-bpf: Cannot load object "reject": EACCES: ${reason}\n`);
  const verbose = await runWasmBpf(["-v", testGuest("reject")]);
  assertMatch(
    verbose.stderr,
    /-- BEGIN PROG LOAD LOG --\n(.*\n)+.*\(85\) call bpf_ktime_get_ns.*\n(.*\n)+.*processed \d+ insns/,
  );
  const quiet = await runWasmBpf(["--quiet", testGuest("reject")]);
  assertEquals(quiet.stderr, "");
  assertEquals(quiet.stdout, usual.stdout);
});

Deno.test("wasm-bpf gives the reason for refusing an object of another machine", async () => {
  await using files = await directoryWith({ "text": "hello", "empty": "", "source.c": "int f(void) { return 0; }" });
  const bytes = await Deno.readFile(`${CHECKOUT}.build/guests/events.bpf.o`);
  await Deno.writeFile(`${files.path}/half`, bytes.slice(0, bytes.length / 2));
  const bigEndian = await run(llvmTool("clang"), ["-target", "bpfeb", "-c", "source.c", "-o", "bigendian"], {
    cwd: files.path,
  });
  assertEquals(bigEndian.code, 0, bigEndian.stderr);
  const native = await run(llvmTool("clang"), ["-c", "source.c", "-o", "native"], { cwd: files.path });
  assertEquals(native.code, 0, native.stderr);
  const lines: Record<string, RegExp> = {
    text: /Cannot open object "load": EINVAL: ELF: it does not begin with \\x7fELF$/,
    empty: /Cannot open object "load": EINVAL: ELF: it does not begin with \\x7fELF$/,
    half: /Cannot open object "load": EINVAL: ELF: \d+ bytes at \d+ are outside its \d+ bytes$/,
    bigendian: /Cannot open object "load": EINVAL: ELF: it is big-endian; compile it with -target bpfel$/,
    native: /Cannot open object "load": EINVAL: ELF: it is for \w+, not for BPF$/,
  };
  for (const [name, line] of Object.entries(lines)) {
    const { code, stdout, stderr } = await runWasmBpf([
      "--dir",
      files.path,
      testGuest("load"),
      `${files.path}/${name}`,
    ]);
    assertEquals([code, stdout], [0, "refused\n"]);
    assertMatch(stderr, /^wasm-bpf: [^\n]*\n$/);
    assertMatch(stderr.trimEnd(), line);
  }
});

/** Capabilities that the process lacks, and the hint for each. */
const PRIVILEGES: readonly (readonly [taken: string, guest: string, hint: RegExp])[] = [
  ["-all", BOOTSTRAP, /EPERM: operation not permitted \(hint: run as root or grant CAP_BPF and CAP_PERFMON\)$/m],
  ["-bpf,-sys_admin", BOOTSTRAP, /\(hint: run as root or grant CAP_BPF\)$/m],
  ["-perfmon,-sys_admin", BOOTSTRAP, /\(hint: run as root or grant CAP_PERFMON\)$/m],
  ["-net_admin,-sys_admin", `${CHECKOUT}examples/xdp/xdp.wasm`, /\(hint: run as root or grant CAP_NET_ADMIN\)$/m],
];

for (const [taken, guest, hint] of PRIVILEGES) {
  Deno.test(`wasm-bpf names the missing capability: ${taken}`, async () => {
    const caps = [`--bounding-set=${taken}`, "--inh-caps=-all", "--ambient-caps=-all"];
    const { code, stderr } = await run(
      "setpriv",
      [...caps, ...WASM_BPF, guest, "lo"].slice(0, guest === BOOTSTRAP ? -1 : undefined),
    );
    assertEquals(code, 1, stderr);
    assertMatch(stderr, hint);
  });
}

Deno.test("wasm-bpf needs no privilege for a guest that needs none", async () => {
  const caps = ["--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all"];
  const { code, stderr } = await run("setpriv", [...caps, ...WASM_BPF, testGuest("exit_code"), "9"]);
  assertEquals([code, stderr], [9, ""]);
});

const UNMOUNT_TRACEFS = `for mount in /sys/kernel/tracing /sys/kernel/debug; do
  while umount -l "$mount" 2>/dev/null; do :; done; done`;

Deno.test("wasm-bpf reports that tracefs is not mounted, with the command that mounts it", async () => {
  const finished = await run("unshare", [
    "--mount",
    "bash",
    "-c",
    `${UNMOUNT_TRACEFS}; exec "$0" "$@"`,
    ...WASM_BPF,
    OPENSNOOP,
  ]);
  assertEquals(finished.code, 1);
  assertMatch(finished.stderr, /\(hint: tracefs is not mounted: mount -t tracefs tracefs \/sys\/kernel\/tracing\)$/m);
});

Deno.test("wasm-bpf reports a kernel without BTF, and takes BTF from --btf", async () => {
  await using files = await directoryWith({ nothing: "" });
  await Deno.copyFile("/sys/kernel/btf/vmlinux", `${files.path}/vmlinux`);
  const script = `mount --bind ${files.path}/nothing /sys/kernel/btf/vmlinux; exec "$0" "$@"`;
  const without = ["--mount", "bash", "-c", script, ...WASM_BPF];
  const refused = await run("unshare", [...without, OPENSNOOP]);
  assertEquals(refused.code, 1);
  assertMatch(refused.stderr, /\(hint: this kernel has no BTF \(CONFIG_DEBUG_INFO_BTF=y\): --btf PATH replaces it/);
  assertEquals(refused.stderr.match(/^libbpf:.*/m), null);
  assertEquals((await run("unshare", [...without, testGuest("exit_code"), "0"])).stderr, "");
  const usage = await run("timeout", [
    "--signal=INT",
    "2",
    "unshare",
    ...without,
    "--btf",
    `${files.path}/vmlinux`,
    OPENSNOOP,
  ]);
  assertMatch(usage.stdout, /^PID +COMM/);
  assertEquals(usage.stderr, "");
});

Deno.test("wasm-bpf refuses a --btf that has no BTF", async () => {
  for (const path of ["/nosuch", "/bin/true"]) {
    const { code, stderr } = await runWasmBpf(["--btf", path, BOOTSTRAP]);
    assertEquals(code, 1);
    assertMatch(
      stderr,
      /^wasm-bpf: Cannot load object "bootstrap": .*\(hint: the file of --btf does not contain a kernel's BTF\)$/m,
    );
  }
});

Deno.test("wasm-bpf reports a full disk, and nothing when the reader has gone", async () => {
  const full = await runThrough(`"$0" "$@" >/dev/full`, ["--help"]);
  assertOneLine(full, { code: 1, line: /Cannot write standard output: No space left on device/ });
  const guest = await runThrough(`"$0" "$@" >/dev/full`, [BOOTSTRAP]);
  assertEquals([guest.code, guest.stderr], [1, "Cannot write to stdout: No space left on device\n"]);
});

Deno.test("wasm-bpf ends promptly when its reader has gone", async () => {
  const start = performance.now();
  const busy = `"$0" "$@" | head -1; echo "\${PIPESTATUS[0]}"`;
  const processes: Promise<unknown>[] = [];
  const noise = setInterval(() => processes.push(new Deno.Command("/bin/true").output()), 50);
  const { stdout, stderr } = await runThrough(busy, [BOOTSTRAP]).finally(() => clearInterval(noise));
  await Promise.all(processes);
  assertMatch(stdout, /^TIME +EVENT.*\n(141|1)\n$/);
  assertEquals(stderr, "");
  assert(performance.now() - start < 5000);
});

Deno.test("wasm-bpf works with closed streams", async () => {
  const closed = `"$0" "$@" <&- >&- 2>&-`;
  assertEquals((await runThrough(closed, [testGuest("exit_code"), "5"])).code, 5);
  assertEquals((await runThrough(closed, [testGuest("ring_records")])).code, 0);
  assertEquals((await runThrough(closed, ["nosuch.wasm"])).code, 127);
});

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.test(`wasm-bpf ends at once on ${signal} during every activity of the guest`, async () => {
    const loop = assemble(`(module ${MEMORY} (func (export "_start") (loop $again (br $again))))`);
    await using files = await directoryWith({ "loop.wasm": loop });
    for (const guest of [`${files.path}/loop.wasm`, BOOTSTRAP]) {
      const [command = "", ...before] = WASM_BPF;
      const child = new Deno.Command(command, { args: [...before, guest], stdout: "null", stderr: "null" }).spawn();
      await new Promise((resolve) => setTimeout(resolve, 700));
      const start = performance.now();
      child.kill(signal);
      assertEquals((await child.status).signal, signal);
      assert(performance.now() - start < 1000);
    }
  });
}

Deno.test("wasm-bpf continues after it was stopped", async () => {
  const [command = "", ...before] = WASM_BPF;
  const child = new Deno.Command(command, { args: [...before, BOOTSTRAP], stdout: "null", stderr: "null" }).spawn();
  await new Promise((resolve) => setTimeout(resolve, 700));
  child.kill("SIGSTOP");
  await new Promise((resolve) => setTimeout(resolve, 100));
  child.kill("SIGCONT");
  await new Promise((resolve) => setTimeout(resolve, 300));
  child.kill("SIGKILL");
  assertEquals((await child.status).signal, "SIGKILL", "it ended by itself");
});

Deno.test("WASM_BPF_LIBBPF that is not a libbpf is an error", async () => {
  const libraries: Record<string, RegExp> = {
    "/nosuch": /Cannot open libbpf "\/nosuch": .*No such file or directory \(hint: WASM_BPF_LIBBPF names it; /,
    "/etc/passwd": /Cannot open libbpf "\/etc\/passwd": EINVAL: invalid ELF header \(hint: /,
    "libc.so.6": /Cannot open libbpf "libc.so.6": EINVAL: it is not libbpf 1\.0 or newer \(hint: /,
  };
  for (const [path, line] of Object.entries(libraries)) {
    const finished = await runWasmBpf([testGuest("exit_code"), "0"], { env: { WASM_BPF_LIBBPF: path } });
    assertOneLine(finished, { code: 125, line });
  }
});

const SYSTEM_LIBBPF = "libbpf.so.1";
const hasSystemLibbpf = (await run("bash", ["-c", `/sbin/ldconfig -p | grep -q ${SYSTEM_LIBBPF}`])).code === 0;

Deno.test({
  name: "WASM_BPF_LIBBPF: guests run on the system's libbpf",
  ignore: !hasSystemLibbpf,
  fn: async () => {
    for (const guest of ["ring_records", "perf_records", "map_types", "callbacks", "errors"]) {
      const { code, stdout } = await runWasmBpf([testGuest(guest)], { env: { WASM_BPF_LIBBPF: SYSTEM_LIBBPF } });
      assertEquals([code, stdout.match(/^not ok.*/gm)], [0, null]);
    }
    const { stderr } = await runWasmBpf([testGuest("reject")], { env: { WASM_BPF_LIBBPF: SYSTEM_LIBBPF } });
    assertStringIncludes(stderr, "R0 invalid mem access 'scalar'");
  },
});

Deno.test({
  name: "WASM_BPF_LIBBPF: the message for a missing function names the libbpf that has it",
  ignore: !hasSystemLibbpf,
  fn: async () => {
    const script = `
      import { openLibbpf, openSystem } from "${CHECKOUT}ffi/mod.ts";
      using system = openSystem();
      using libbpf = openLibbpf(system);
      using object = libbpf.openObject(Deno.readFileSync("${CHECKOUT}.build/guests/xdp_pass.bpf.o"));
      object.load();
      try {
        object.findProgram("pass")?.attach({ kind: "tcx", ifindex: 1 });
      } catch (error) {
        console.log(libbpf.version, error.message);
      }`;
    const options = { env: { WASM_BPF_LIBBPF: SYSTEM_LIBBPF, NO_COLOR: "1" } };
    const { code, stdout, stderr } = await run(Deno.execPath(), ["eval", "--no-check", script], options);
    assertEquals(code, 0, stderr);
    const [version = "", ...message] = stdout.trim().split(" ");
    const tells =
      /^Cannot attach program "pass" to tcx .*: EOPNOTSUPP: it needs libbpf 1\.3; libbpf\.so\.1 is v1\.[012]/;
    if (/^v1\.[012]\b/.test(version)) assertMatch(message.join(" "), tells);
    else assertMatch(message.join(" "), /EINVAL/);
  },
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
  assertMatch(stderr, /^wasm-bpf: The guest trapped: unreachable\n(wasm-bpf: .*\n)+$/);
  assertMatch(stderr, /wasm-bpf: +at .*wasm:\/\/wasm\//);
});
