/** Tests map memory that guest and kernel share: bpf_map_mmap and bpf_map_munmap of module `libbpf`. */

import { assertEquals } from "@std/assert";
import { failures, type Finished, run, runWasmBpf, testGuest } from "./command.ts";

const MOD = new URL("../../host/mod.ts", import.meta.url).href;

Deno.test("bpf_map_mmap() makes the guest's loads and stores reach the kernel's memory", async () => {
  assertEquals(failures(await runWasmBpf(["--quiet", testGuest("shared_memory")])), []);
});

/** Runs a test guest without a limit of memory. */
function runGuestWith(guest: string, sharedMemory: "map" | "copy"): Promise<Finished> {
  const script = `
    import { runGuestOn } from ${JSON.stringify(MOD)};
    const bytes = Deno.readFileSync(${JSON.stringify(testGuest(guest))});
    Deno.exit(runGuestOn(bytes, { name: ${JSON.stringify(guest)}, sharedMemory: ${JSON.stringify(sharedMemory)} }));`;
  return run(Deno.execPath(), ["eval", "--quiet", script]);
}

Deno.test("bpf_map_mmap() behaves the same if the bytes have to be copied", async () => {
  assertEquals(failures(await runGuestWith("shared_memory", "copy")), []);
});

for (const mode of ["map", "copy"] as const) {
  Deno.test(`bpf_map_mmap() shares memory with 64-bit addresses, also above 4 GiB (${mode})`, async () => {
    assertEquals(failures(await runGuestWith("wasm64/mapped", mode)), []);
  });
}

/** A limit of address space in kilobytes. V8 takes some at the start and 4 GiB for each memory: enough to start, not to grow. */
const ADDRESS_SPACE_KB = 54_000_000;

/**
 * Runs a test guest in a process whose address space is so full that a memory moves when it grows. The process first verifies that
 * with another memory. Its exit code is 134 when the guest trapped.
 */
function runWhereMemoriesMove(guest: string, args: readonly string[]): Promise<Finished> {
  const script = `
    import { runGuest } from ${JSON.stringify(MOD)};
    const others = Array.from({ length: 14 }, () => new WebAssembly.Memory({ initial: 0, maximum: 65536 }));
    const baseOf = ({ buffer }) => Deno.UnsafePointer.value(Deno.UnsafePointer.of(new Uint8Array(buffer)));
    const memory = new WebAssembly.Memory({ initial: 2 });
    const before = baseOf(memory);
    memory.grow(1024);
    if (baseOf(memory) === before) throw new Error("memories do not move here, with " + others.length + " others");
    const bytes = Deno.readFileSync(${JSON.stringify(testGuest(guest))});
    try {
      Deno.exit(runGuest(bytes, { name: ${JSON.stringify(guest)}, args: ${JSON.stringify(args)} }));
    } catch (error) {
      if (error.code === "trap") Deno.exit(134);
      throw error;
    }`;
  const limited = `ulimit -v ${ADDRESS_SPACE_KB} && exec "$0" "$@"`;
  return run("bash", ["-c", limited, Deno.execPath(), "eval", "--quiet", script]);
}

Deno.test("bpf_map_mmap() behaves the same in a memory that moves", async () => {
  assertEquals(failures(await runWhereMemoriesMove("shared_memory", [])), []);
});

Deno.test("bpf_map_mmap() behaves the same in a memory with 64-bit addresses that moves", async () => {
  assertEquals(failures(await runWhereMemoriesMove("wasm64/mapped", ["small"])), []);
});

for (const how of ["munmap", "call", "callback", "write", "close"]) {
  Deno.test(`bpf_map_mmap() loses no store when the memory moves before ${how}`, async () => {
    assertEquals(failures(await runWhereMemoriesMove("moved_memory", [how])), []);
  });
}

for (const [how, code] of [["exit", 0], ["trap", 134]] as const) {
  Deno.test(`bpf_map_mmap() does not touch addresses that the memory has moved away from, at the guest's ${how}`, async () => {
    const finished = await runWhereMemoriesMove("moved_memory", [how]);
    assertEquals([finished.code, finished.stderr], [code, ""]);
  });
}
