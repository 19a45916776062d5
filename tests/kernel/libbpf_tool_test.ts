/**
 * Runs tests/guests/libbpf/tool.c, which has the parts that tracing tools for libbpf share, as a guest and on the machine itself. Both
 * print the same for each command line.
 */

import { assertEquals } from "@std/assert";
import { directoryWith, type Finished, run, runWasmBpf } from "./command.ts";
import { cgroupRoot, mountAll } from "./mounts.ts";

mountAll();

const BUILT = new URL("../../.build/guests/libbpf/", import.meta.url).pathname;

/** Runs both in directories of their own, since their messages contain their name. libc removes the ending of the guest's. */
async function runBoth(args: readonly string[]): Promise<{ native: Finished; guest: Finished }> {
  await using directory = await directoryWith({ "tool.wasm": await Deno.readFile(`${BUILT}tool.wasm`) });
  const native = await run("./tool", args, { cwd: BUILT });
  const directories = ["/proc:ro", "/bin:ro", `${cgroupRoot()}:ro`].flatMap((path) => ["--dir", path]);
  const guest = await runWasmBpf(["run", ...directories, "./tool.wasm", ...args], { cwd: directory.path });
  return { native, guest };
}

for (
  const [subject, args, code] of [
    ["stacks with the kernel's symbols, counts and events", [], 0],
    ["a histogram of another number of calls", ["12"], 0],
    ["the functions of a binary", ["-b", "/bin/bash"], 0],
    ["a cgroup as a map's value", ["--cgroup", cgroupRoot()], 0],
    ["a file that is no cgroup", ["--cgroup=/bin/bash"], 1],
    ["help", ["--help"], 0],
    ["a short usage message", ["--usage"], 0],
    ["the version", ["--version"], 0],
    ["an unknown option", ["--none"], 64],
    ["a wrong number", ["none"], 64],
  ] as const
) {
  Deno.test(`a tool for libbpf prints the same as a guest: ${subject}`, async () => {
    const { native, guest } = await runBoth(args);
    assertEquals(native.code, code, native.stderr);
    const messages = guest.stderr.split("\n").filter((line) => !line.startsWith("wasm-bpf: ")).join("\n");
    // Deno starts the native program by its whole path.
    assertEquals({ ...guest, stderr: messages }, { ...native, stderr: native.stderr.replace(BUILT, "./") });
  });
}
