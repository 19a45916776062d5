/** Map memory that guest and kernel share: module `libbpf`, bpf_map_mmap and bpf_map_munmap. */

import { assertEquals } from "@std/assert";
import { failures, run, runWasmBpf, testGuest } from "./command.ts";

Deno.test("bpf_map_mmap() makes loads and stores of the guest the kernel's own", async () => {
  assertEquals(failures(await runWasmBpf(["--quiet", testGuest("shared_memory")])), []);
});

Deno.test("bpf_map_mmap() behaves the same where the bytes have to be copied", async () => {
  const mod = new URL("../../mod.ts", import.meta.url).href;
  const script = `
    import { runGuest } from ${JSON.stringify(mod)};
    const bytes = Deno.readFileSync(${JSON.stringify(testGuest("shared_memory"))});
    Deno.exit(runGuest(bytes, { name: "shared_memory", sharedMemory: "copy" }));`;
  assertEquals(failures(await run(Deno.execPath(), ["eval", "--quiet", script])), []);
});
