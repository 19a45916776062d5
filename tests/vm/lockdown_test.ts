/** Tests a locked-down kernel: each forbidden operation fails with a hint that names lockdown. */

import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BpfError, openLibbpf } from "../../mod.ts";
import { runWasmBpf } from "../kernel/command.ts";
import { FiringGuest } from "../kernel/firing_guest.ts";
import { example } from "../kernel/running_example.ts";

const level = /\[(\w+)\]/.exec(Deno.readTextFileSync("/sys/kernel/security/lockdown"))?.[1] ?? "none";

/** The hint of a refusal of `helper`. */
const hint = (helper: string) => `(hint: the kernel is locked down (${level}), which can forbid ${helper})`;

Deno.test("the kernel is locked down", () => {
  assert(level === "integrity" || level === "confidentiality", level);
});

Deno.test("doctor names the kinds that confidentiality forbids; integrity forbids none", async () => {
  const { code, stdout } = await runWasmBpf(["doctor", "--json"]);
  const { problems } = JSON.parse(stdout);
  const found = problems.map(({ kinds, text }: { kinds: string[]; text: string }) => [kinds, text]);
  const forbidden = [[["tracepoint", "kprobe"], "lockdown=confidentiality forbids it"]];
  assertEquals([code, found], [0, level === "integrity" ? [] : forbidden]);
});

Deno.test("a program that writes to a process's memory is refused", () => {
  using libbpf = openLibbpf();
  const bytes = Deno.readFileSync(new URL("../../.build/guests/write_user.bpf.o", import.meta.url));
  using object = libbpf.openObject(bytes, { name: "write_user" });
  const { message } = assertThrows(() => object.load(), BpfError);
  assertStringIncludes(message, hint("bpf_probe_write_user"));
});

/** Runs the guest of a test with one program, which confidentiality refuses to attach. */
async function attachOne(program: string, forbidden: string): Promise<void> {
  await using guest = new FiringGuest("fires", [program]);
  if (level === "integrity") return assertEquals(await guest.line(), "attached");
  await guest.status;
  assertStringIncludes(await guest.stderr, hint(forbidden));
}

Deno.test("confidentiality refuses kprobes, integrity does not", () => attachOne("on_kprobe=do_exit", "kprobes"));

Deno.test("confidentiality refuses tracepoints, integrity does not", () =>
  attachOne("on_tracepoint=sched/sched_process_exec", "reading tracefs"));

Deno.test("confidentiality refuses a program that reads the kernel's memory, integrity does not", async () => {
  const { code, stderr } = await runWasmBpf([example("runqlat"), "1", "1"]);
  if (level === "integrity") return assertEquals([code, stderr], [0, ""]);
  assertEquals(code, 1);
  assertStringIncludes(stderr, hint("bpf_probe_read"));
});
