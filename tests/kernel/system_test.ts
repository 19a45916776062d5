/** Tests module `wasm_bpf_sys` with a guest that is also built for Linux, and must print the same there. */

import { assertEquals } from "@std/assert";
import { llvmTool } from "../../scripts/pins.ts";
import { run, runWasmBpf, testGuest, WASM_BPF } from "./command.ts";
import { connect } from "./connect.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const SOURCE = `${CHECKOUT}tests/guests/wasm64/system.c`;
const GUEST = testGuest("wasm64/system");

async function nativeProgram(source = SOURCE) {
  const path = await Deno.makeTempFile({ prefix: "system" });
  const compiled = await run(llvmTool("clang"), ["-Wall", "-Wextra", "-Werror", source, "-o", path]);
  assertEquals(compiled.code, 0, compiled.stderr);
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

for (const [mode, words] of [["facts", "facts about machine and process"], ["perf", "perf events"]] as const) {
  Deno.test(`${words} are as on Linux`, async () => {
    await using native = await nativeProgram();
    const expected = await run(native.path, [mode]);
    assertEquals(expected.code, 0);
    assertEquals(await runWasmBpf([GUEST, mode]), expected);
  });
}

const ZONES = [
  "Europe/Berlin",
  "America/New_York",
  "Australia/Lord_Howe",
  ":Asia/Kolkata",
  "UTC",
  "EST5EDT,M3.2.0,M11.1.0",
  "",
];

Deno.test("local time is that of TZ, or else of the host, as on Linux", async () => {
  await using native = await nativeProgram();
  const local = async (command: string, args: readonly string[], env: Record<string, string>) =>
    (await run(command, args, { env, clearEnv: true })).stdout;
  const [program = "", ...before] = WASM_BPF;
  for (const zone of ZONES) {
    const expected = await local(native.path, ["local_time"], { TZ: zone });
    const ofGuest = await local(program, [...before, "--env", `TZ=${zone}`, GUEST, "local_time"], {});
    const ofHost = await local(program, [...before, GUEST, "local_time"], { TZ: zone });
    assertEquals([ofGuest, ofHost], [expected, expected], zone);
  }
  const unset = await local(program, [...before, GUEST, "local_time"], {});
  assertEquals(unset, await local(native.path, ["local_time"], {}));
});

Deno.test("a packet socket on lo gets packets, and poll() and epoll wait for them, as on Linux", async () => {
  await using native = await nativeProgram();
  const outputs: string[] = [];
  for (const command of [[native.path], [...WASM_BPF, GUEST]]) {
    const [program = "", ...args] = [...command, "packets"];
    const child = new Deno.Command(program, { args, stdout: "piped", stderr: "inherit" }).spawn();
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    let output = "";
    for (;;) {
      const { done, value = "" } = await reader.read();
      if (done) break;
      const wasReady = output.includes("ready");
      output += value;
      if (!wasReady && output.includes("ready")) await connect();
    }
    assertEquals((await child.status).code, 0);
    outputs.push(output);
  }
  assertEquals(outputs[1], outputs[0]);
});

Deno.test("the host names the option for each file that a guest looks for and that it has, at most four times", async () => {
  const guest = testGuest("wasm64/missing_files");
  const message = (path: string, directory: string) =>
    `wasm-bpf: Cannot open "${path}" for the guest: it is in none of the guest's directories ` +
    `(hint: --dir ${directory}:ro, or --dir ${directory} if it writes there)\n`;
  const stderr = message("/proc/kallsyms", "/proc") + message("/sys/kernel", "/sys/kernel");
  const looked = ["/proc/kallsyms", "/no/such/file", "/sys/kernel"];
  assertEquals(await runWasmBpf([guest, ...looked]), { code: 0, stdout: "0\n", stderr });
  assertEquals(await runWasmBpf(["--quiet", guest, ...looked]), { code: 0, stdout: "0\n", stderr: "" });
  const granted = await runWasmBpf(["--dir", "/proc:ro", guest, "/proc/kallsyms", "/proc/nosuch"]);
  assertEquals(granted, { code: 0, stdout: "3\n", stderr: "" });
  const many = ["version", "uptime", "stat", "meminfo", "cpuinfo", "mounts"].map((name) => `/proc/${name}`);
  assertEquals((await runWasmBpf([guest, ...many])).stderr.split("\n").length, 5);
});

Deno.test("names and types of glibc, and realpath() below a directory of the guest, are as on Linux", async () => {
  await using native = await nativeProgram(`${CHECKOUT}tests/guests/wasm64/glibc_names.c`);
  const directory = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${directory}/sub`);
    await Deno.symlink("sub/../sub", `${directory}/link`);
    const paths = ["", "/sub", "/link/.", "/link/../sub/", "/nosuch"].map((path) => directory + path);
    const expected = await run(native.path, paths);
    assertEquals(expected.code, 0);
    assertEquals(await runWasmBpf(["--dir", `${directory}:ro`, testGuest("wasm64/glibc_names"), ...paths]), expected);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
