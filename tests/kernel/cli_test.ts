/** Tests the command line: its arguments, and the files that they name. Wrong input gives one clear line; exit codes are those of --help. */

import { assertEquals, assertExists, assertMatch, assertStringIncludes } from "@std/assert";
import { assemble } from "../../scripts/build_wat.ts";
import { assertOneLine, directoryWith, example, run, runThrough, runWasmBpf, testGuest, WASM_BPF } from "./command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const BOOTSTRAP = example("bootstrap");

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
  [["--memory", "8MiB", "x.wasm"], /--memory "8MiB" is less than 16MiB, which the engine needs/],
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
  await using files = await directoryWith({
    inspct: assemble(`(module (memory (export "memory") 1) (func (export "_start")))`),
    other: "",
  });
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
  assertOneLine(await from("</dev/zero", ["--memory", "1GiB", "-"]), {
    code: 126,
    line: /standard input: EFBIG: it has more than 256 MiB$/,
  });
  assertOneLine(await from(`< <(head -c 1000 ${BOOTSTRAP})`), { code: 126, line: /it is not a valid module/ });
  const terminal = await run("script", ["--quiet", "--return", "--command", [...WASM_BPF, "-"].join(" "), "/dev/null"]);
  assertEquals(terminal.code, 2);
  assertStringIncludes(terminal.stdout, "wasm-bpf: Cannot read standard input: it is a terminal");
});

Deno.test("wasm-bpf inspect - and gen - read standard input", async () => {
  const inspected = await runThrough(`"$0" "$@" <${BOOTSTRAP}`, ["inspect", "-"]);
  assertEquals([inspected.code, inspected.stderr], [0, ""]);
  assertMatch(inspected.stdout, /^-: WebAssembly module with 64-bit addresses, /);
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
