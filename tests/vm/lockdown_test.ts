/** A locked-down kernel: what it forbids is refused with a hint that says so. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BpfError, openLibbpf } from "../../mod.ts";
import { runWasmBpf } from "../kernel/command.ts";
import { example } from "../kernel/running_example.ts";

const level = /\[(\w+)\]/.exec(Deno.readTextFileSync("/sys/kernel/security/lockdown"))?.[1] ?? "none";

/** The hint of a refusal of `helper`. */
const hint = (helper: string) => `(hint: the kernel is locked down (${level}), which can forbid ${helper})`;

Deno.test("the kernel is locked down", () => {
  assert(level === "integrity" || level === "confidentiality", level);
});

Deno.test("a program that writes to a process's memory is refused", () => {
  using libbpf = openLibbpf();
  const bytes = Deno.readFileSync(new URL("../../.build/guests/write_user.bpf.o", import.meta.url));
  using object = libbpf.openObject(bytes, { name: "write_user" });
  const { message } = assertThrows(() => object.load(), BpfError);
  assertStringIncludes(message, hint("bpf_probe_write_user"));
});

Deno.test("confidentiality refuses a program that reads the kernel's memory, integrity does not", async () => {
  const { code, stderr } = await runWasmBpf([example("runqlat"), "1", "1"]);
  if (level === "integrity") return assertEquals([code, stderr], [0, ""]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, hint("bpf_probe_read"));
});
