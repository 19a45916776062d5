/** Tests a kernel without BTF: the examples take it from `--btf`, and a refusal names that option. */

import { assertEquals, assertMatch } from "@std/assert";
import { openLibbpf } from "../../mod.ts";
import { ANY_PROGRAM, run, runWasmBpf, testGuest } from "../kernel/command.ts";
import { example, RunningExample } from "../kernel/running_example.ts";

/** The hidden BTF of this kernel (tests/vm/start.sh). */
const BTF = "/run/vmlinux.btf";
const NEEDS_BTF =
  /: ESRCH: failed to find valid kernel BTF \(hint: this kernel has no BTF \(.*\): --btf PATH replaces it, but not for tp_btf, /;

Deno.test("the kernel's types are hidden", () => {
  assertEquals([...Deno.readDirSync("/sys/kernel/btf")], []);
});

Deno.test("an object with CO-RE relocations is refused with advice about --btf", async () => {
  const { code, stderr } = await runWasmBpf([example("execve")]);
  assertEquals(code, 1);
  assertMatch(stderr, NEEDS_BTF);
});

Deno.test("--btf gives the types to an object with CO-RE relocations", async () => {
  await using execve = await RunningExample.start("execve", [], { host: ["--btf", BTF] });
  const script = "for i in 1 2 3; do /bin/echo a-word-of-this-test; done";
  await run("bash", ["-c", script]);
  const lines = await execve.matching(/ \/bin\/echo a-word-of-this-test$/, 3);
  assertEquals(lines.length, 3);
});

Deno.test("--btf does not help programs that attach to the kernel's types", async () => {
  const { code, stderr } = await runWasmBpf(["--btf", BTF, ...ANY_PROGRAM, testGuest("fires"), "on_btf_tracepoint"]);
  assertEquals(code, 3);
  assertMatch(stderr, NEEDS_BTF);
});

Deno.test("an object without CO-RE relocations needs no BTF", () => {
  using libbpf = openLibbpf();
  const bytes = Deno.readFileSync(new URL("../../.build/guests/xdp_pass.bpf.o", import.meta.url));
  using object = libbpf.openObject(bytes, { name: "xdp_pass" });
  object.load();
});
