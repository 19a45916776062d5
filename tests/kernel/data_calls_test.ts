/** Tests buffers of events and calls on elements of maps with a guest that is also built for Linux. Needs root. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { llvmTool } from "../../scripts/pins.ts";
import { run, testGuest, WASM_BPF } from "./command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const SOURCE = `${CHECKOUT}tests/guests/wasm64/buffers.c`;
const EMBEDDED = `${CHECKOUT}.build/guests/wasm64`;
const LIBRARIES = ["bpf", "elf", "z"].map((name) => `${CHECKOUT}.build/lib/lib${name}.a`);
/** The order of records from several CPUs differs from run to run. */
const ON_ONE_CPU = ["-c", "0"];

Deno.test("a guest's buffers and map calls have the results that they have on Linux", async () => {
  const program = await Deno.makeTempFile();
  try {
    const flags = ["-O2", "-Wno-c23-extensions", `--embed-dir=${EMBEDDED}`, "-I", `${CHECKOUT}.build/include`];
    const built = await run(llvmTool("clang"), [...flags, SOURCE, "-o", program, ...LIBRARIES]);
    assertEquals(built.code, 0, built.stderr);
    const native = await run("taskset", [...ON_ONE_CPU, program]);
    const guest = await run("taskset", [...ON_ONE_CPU, ...WASM_BPF, testGuest("wasm64/buffers")]);
    assertEquals(guest.stderr, "");
    assertEquals(guest.stdout, native.stdout);
    assertEquals([guest.code, native.code], [0, 0]);
    assertStringIncludes(guest.stdout, "70000 records: 70000 records, 5600000 bytes, sum 2449965000\n");
  } finally {
    await Deno.remove(program);
  }
});
