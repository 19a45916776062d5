/** libc for guests: Linux's numbers and layouts, formatted input and output, files, buffering, and what it lacks. */

import { assert, assertEquals } from "@std/assert";
import { llvmTool } from "../../scripts/pins.ts";
import { run, WASM_BPF } from "../kernel/command.ts";
import { assertSameOutput, compileForGuest, compileForHost, runGuest } from "./both.ts";

const LIBRARIES = new URL("../../.build/sdk/lib/", import.meta.url).pathname;

const X86_64 = Deno.build.arch === "x86_64";

Deno.test({
  name: "libc's numbers are those of Linux on x86_64",
  ignore: !X86_64,
  fn: () => assertSameOutput("numbers"),
});

Deno.test("structures that a guest shares with the kernel have the kernel's layout", () => assertSameOutput("layouts"));

Deno.test("printf() and scanf() know long, size_t and floating point", () => assertSameOutput("formats"));

Deno.test("strings, numbers, sorting and times are as in glibc", () => assertSameOutput("strings"));

Deno.test("files open with Linux's flags, and directories list Linux's types", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await assertSameOutput("files", { args: [directory], directories: [directory] });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("permissions, owners and devices of files are the kernel's, and new files get the permissions of open()", async () => {
  const directory = await Deno.makeTempDir();
  try {
    await assertSameOutput("permissions", { args: [directory], directories: [directory, "/dev:ro"] });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

Deno.test("a program finds the vDSO in its own mappings, and copies it", () =>
  assertSameOutput("own_maps", { directories: ["/proc:ro"] }));

Deno.test("popen() finds programs in PATH, as which does", () => {
  const environment = { PATH: "/nonexistent:/usr/bin:/bin" };
  return assertSameOutput("programs", { directories: ["/usr/bin:ro", "/etc:ro"], environment });
});

Deno.test("a program that defines functions of glibc itself links", () => assertSameOutput("overrides"));

/** A header of libc and one of the kernel that define the same names. */
const HEADERS = [
  ["poll.h", "linux/signal.h"],
  ["sys/epoll.h", "linux/fcntl.h"],
  ["sys/wait.h", "linux/time.h"],
] as const;

for (const [libc, kernel] of HEADERS) {
  Deno.test(`<${libc}> and <${kernel}> work in either order, as with glibc`, async () => {
    const names = [`-DLIBC="${libc}"`, `-DKERNEL="${kernel}"`];
    for (const flags of [names, [...names, "-DKERNEL_FIRST"]]) {
      await compileForHost("headers", flags);
      await compileForGuest("headers", flags);
    }
  });
}

Deno.test("longjmp() returns to setjmp(), also from callbacks and handlers of signals", () =>
  assertSameOutput("jumps"));

Deno.test("hosts, services and protocols are found in the files of /etc as by glibc", () => {
  return assertSameOutput("names", { directories: ["/etc:ro"] });
});

Deno.test("users, groups and interfaces are read from the files of the machine", () => {
  return assertSameOutput("users", { directories: ["/etc:ro", "/sys:ro"] });
});

Deno.test("threads' locks work for one thread", () => assertSameOutput("locks"));

Deno.test("attributes of threads, and the threads of C11, work for one thread", () => assertSameOutput("attributes"));

Deno.test("printf() and scanf() convert long double without an option for the linker", () => {
  return assertSameOutput("long_double");
});

Deno.test("each clock of Linux can be read", () => assertSameOutput("clocks"));

Deno.test("semaphores count, and handlers of signals post them", () => assertSameOutput("semaphores"));

Deno.test("errors and signals have glibc's names and texts", () => assertSameOutput("errors"));

Deno.test("the lists of sys/queue.h are as in glibc", () => assertSameOutput("queues"));

Deno.test("a line reaches a pipe before the guest ends", async () => {
  const [command = "", ...words] = WASM_BPF;
  const module = await compileForGuest("lines");
  const child = new Deno.Command(command, { args: [...words, "run", module], stdin: "piped", stdout: "piped" }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assertEquals(new TextDecoder().decode(value), "a line\n");
  await child.stdin.close();
  const rest = await reader.read();
  assertEquals(new TextDecoder().decode(rest.value), "the rest");
  await reader.cancel();
  assertEquals((await child.status).code, 0);
});

Deno.test("functions that guests cannot have fail with ENOSYS", async () => {
  const { code, stdout, stderr } = await runGuest(await compileForGuest("unavailable"));
  assertEquals({ code, stdout }, { code: 0, stdout: "" });
  const commands = stderr.matchAll(/^wasm-bpf: Cannot run "(.*)" for the guest: guests start no programs$/gm);
  assertEquals(Array.from(commands, ([, command]) => command), ["fork()", "true"]);
});

Deno.test("a guest that prints a number is small, and imports only what it uses", async () => {
  const bytes = await Deno.readFile(await compileForGuest("hello"));
  assert(bytes.length < 25_000, `${bytes.length} bytes`);
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(bytes));
  const wasi = imports.filter(({ module }) => module === "wasi_snapshot_preview1").map(({ name }) => name);
  assertEquals(wasi.sort(), ["fd_close", "fd_seek", "fd_write", "proc_exit"]);
});

Deno.test("the libraries define each function once, and need no other", async () => {
  const whole = ["c", "bpf", "elf", "z"].map((name) => `${LIBRARIES}lib${name}.a`);
  const builtins = `${LIBRARIES}libclang_rt.builtins.a`;
  const output = await Deno.makeTempFile();
  const flags = ["-mwasm64", "--no-entry", "--fatal-warnings", "-o", output];
  const linked = await run(llvmTool("wasm-ld"), [
    ...flags,
    "--whole-archive",
    ...whole,
    "--no-whole-archive",
    builtins,
  ]);
  await Deno.remove(output);
  assertEquals(linked, { code: 0, stdout: "", stderr: "" });
});
