/**
 * Runs programs that were written for libbpf (tests/guests/libbpf/), compiled from one source for guests and for the machine. Both
 * print the same.
 */

import { assert, assertEquals } from "@std/assert";
import { directoryWith, run, runWasmBpf } from "./command.ts";
import { mountAll } from "./mounts.ts";

const BUILT = new URL("../../.build/guests/libbpf/", import.meta.url).pathname;

/** The programs, and the part of libbpf that each uses. */
const PROGRAMS: Readonly<Record<string, string>> = {
  life: "skeletons and their global variables, from open to destroy",
  failures: "errors, errno and warnings",
  printing: "libbpf_set_print() and the default printer",
  buffers: "ring, perf and user ring buffers",
  types: "BTF, btf_dump and subskeletons",
  options: "objects in files, options, logs, instructions and links",
  attach: "tracepoints, perf events, iterators and struct_ops",
  struct_ops: "members of struct_ops",
  probes: "feature probes, which load programs and maps without an object",
  maps: "calls on elements, batches and mmap()",
  network: "descriptors in maps, classifiers, XDP and facts by descriptor",
  by_options: "functions that take options",
};

for (const [name, subject] of Object.entries(PROGRAMS)) {
  Deno.test(`a program for libbpf prints the same as a guest: ${subject} (${name})`, async () => {
    await using directory = await directoryWith({});
    const native = await run(`${BUILT}${name}`, [], { cwd: directory.path });
    assertEquals(native.code, 0, native.stderr);
    const guest = await runWasmBpf(["--allow-all", "--dir", `${directory.path}::/`, `${BUILT}${name}.wasm`]);
    assertEquals(guest.stdout, native.stdout, guest.stderr);
    // The host's own lines give the reasons of failed loads and attachments.
    const messages = guest.stderr.split("\n").filter((line) => !line.startsWith("wasm-bpf: ")).join("\n");
    assertEquals([guest.code, messages], [native.code, native.stderr]);
  });
}

Deno.test("functions of libbpf that guests do not have link, and fail with their reasons", async () => {
  const { stdout } = await runWasmBpf(["--allow-all", `${BUILT}by_options.wasm`, "refused"]);
  assertEquals(stdout.split("\n"), [
    "a program's number: Operation not permitted",
    "a map's number: Operation not permitted",
    "a link's number: Operation not permitted",
    "a token: Operation not permitted",
    "replace: Operation not supported",
    "links: Operation not supported",
    "a handler: Operation not supported",
    "a pin without --pin: Operation not permitted",
    "no linker, Operation not supported",
    "",
  ]);
});

Deno.test("LIBBPF_LOG_LEVEL chooses the messages, as in a native program (life)", async () => {
  const env = { LIBBPF_LOG_LEVEL: "debug" };
  const native = await run(`${BUILT}life`, [], { env });
  const guest = await runWasmBpf(["--env", "LIBBPF_LOG_LEVEL=debug", `${BUILT}life.wasm`]);
  const lines = (text: string) => text.split("\n").filter((line) => line.startsWith("libbpf: map '.data.sizes'"));
  assert(lines(native.stderr).length > 0, native.stderr);
  assertEquals(lines(guest.stderr).length, lines(native.stderr).length, guest.stderr);
});

Deno.test("guests of libbpf contain only what they use", async () => {
  const { size } = await Deno.stat(`${BUILT}life.wasm`);
  assert(size < 60_000, `${size} bytes`);
});

Deno.test("a program for libbpf prints the same as a guest: pins, in the directory of --pin (pins)", async () => {
  mountAll();
  const pins = `/sys/fs/bpf/wasm_bpf_pins_${Deno.pid}`;
  Deno.mkdirSync(pins);
  try {
    const native = await run(`${BUILT}pins`, [pins]);
    assertEquals(native.code, 0, native.stderr);
    assertEquals(await runWasmBpf(["--pin", pins, `${BUILT}pins.wasm`, pins]), native);
    const other = await runWasmBpf([`${BUILT}pins.wasm`, pins]);
    assert(other.stdout.startsWith("pin a map: Operation not permitted\n"), other.stdout);
    assert(other.stderr.includes("--pin DIR gives it a directory"), other.stderr);
  } finally {
    await run("rm", ["-r", pins]);
  }
});
