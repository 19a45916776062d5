/** Tests the sandbox of docs/security.md: it confines a guest's WebAssembly code, but not its eBPF programs. */

import { assertEquals } from "@std/assert";
import { runWasmBpf, testGuest } from "./command.ts";

Deno.test("a guest gets only its own variables, and its eBPF program can read the host's", async () => {
  const env = { SECRET: "of the host", DENO_DIR: Deno.env.get("DENO_DIR") ?? "", HOME: "/root" };
  const { code, stdout, stderr } = await runWasmBpf(["--env", "GIVEN=1", testGuest("host_memory")], {
    env,
    clearEnv: true,
  });
  assertEquals([code, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.filter((line) => line.startsWith("guest ")), ["guest GIVEN=1"]);
  assertEquals(lines.includes("host SECRET=of the host"), true);
});
