/** Tests the message for every refused operation of tests/logs/refusals.ts on this kernel. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { describeOperation, errnoText, LINUX_ERRNO } from "../../errors/mod.ts";
import { refusals } from "../logs/refusals.ts";
import { reasonIn, savedLogs } from "../logs/saved.ts";
import { llvmTool } from "../../scripts/pins.ts";
import { run } from "./command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname;
const SAVED = new Map(savedLogs().map((saved) => [saved.name, saved]));
const LINUX: Readonly<Record<string, number>> = LINUX_ERRNO;

/**
 * Replaces numbers of types, descriptors and addresses, which differ between kernels, and sizes of objects, which depend on the path of the
 * checkout in their debug information. Names stay. libbpf takes the tracefs below debugfs if that is mounted.
 */
function withoutNumbers(text: string): string {
  return text.replace("/sys/kernel/debug/tracing/", "/sys/kernel/tracing/").replace(
    /\[\d+\]|0x[0-9a-f]+|\bFD \d+|\d+ bytes at \d+ are outside its \d+ bytes/g,
    "N",
  );
}

Deno.test("each refused operation has the reason and the hint of its saved log", async () => {
  const told: string[] = [];
  const expected: string[] = [];
  for await (const { name, error } of refusals()) {
    const saved = SAVED.get(name);
    assert(saved !== undefined, `${name} has no saved log: run tests/logs/make_logs.ts`);
    // Another kernel may accept operations that the kernel of the logs refused, or use other messages.
    if (error === undefined && saved.kernel !== Deno.osRelease()) continue;
    assert(error !== undefined, `${name} is not refused`);
    const operation = describeOperation(error);
    assertStringIncludes(error.message, operation);
    if (saved.kernel === Deno.osRelease()) {
      told.push(withoutNumbers([name, operation, error.code, reasonIn(error), error.hint ?? ""].join("\n")));
      expected.push(withoutNumbers([name, saved.operation, saved.code, saved.reason, saved.hint].join("\n")));
    } else if (reasonIn(error) !== errnoText(LINUX[error.code] ?? 0)) {
      const subject = /^(prog|map) '.*?': /.exec(saved.reason)?.[0] ?? "";
      assertStringIncludes(reasonIn(error), subject);
    }
  }
  assertEquals(told, expected);
});

const SYSTEM_LIBBPF = "libbpf.so.1";
const hasSystemLibbpf = (await run("bash", ["-c", `/sbin/ldconfig -p | grep -q ${SYSTEM_LIBBPF}`])).code === 0;

for (
  const [library, env] of [["the built libbpf", {}], ["the system's", { WASM_BPF_LIBBPF: SYSTEM_LIBBPF }]] as const
) {
  Deno.test({
    name: `the verifier's log of a million instructions keeps its beginning and its end (${library})`,
    ignore: library === "the system's" && !hasSystemLibbpf,
    fn: async () => {
      const script = `
        import { load } from "${CHECKOUT}tests/logs/refusals.ts";
        const error = load(Deno.readFileSync(Deno.args[0]), "programs", "counted_too_far");
        console.log(JSON.stringify({ log: error.log, message: error.message }));`;
      const directory = await Deno.makeTempDir();
      try {
        const object = `${directory}/programs.o`;
        await Deno.writeTextFile(`${directory}/load.ts`, script);
        const flags = ["-g", "-O2", "-target", "bpf", "-D__TARGET_ARCH_x86", "-I", `${CHECKOUT}.build/include`];
        const headers = ["-idirafter", `/usr/include/${Deno.build.arch}-linux-gnu`];
        const source = `${CHECKOUT}tests/logs/programs.bpf.c`;
        assertEquals((await run(llvmTool("clang"), [...flags, ...headers, "-c", source, "-o", object])).stderr, "");
        const args = ["run", "-A", "--no-check", "--config", `${CHECKOUT}deno.json`, `${directory}/load.ts`, object];
        const { stdout, stderr } = await run(Deno.execPath(), args, { env });
        const { log, message }: { log: string[]; message: string } = JSON.parse(stdout || `{ "message": "" }`);
        assertMatch(
          message,
          /E2BIG: prog 'counted_too_far': BPF program is too large. Processed 1000001 insn$/,
          stderr,
        );
        assertStringIncludes(log[1] ?? "", "prog 'counted_too_far': -- BEGIN PROG LOAD LOG --");
        const notes = log.filter((line) => /^-- LEFT OUT \d{8,} bytes, \d{6,} lines --$/.test(line));
        assertEquals(notes.length, 1);
        assertMatch(log.at(-1) ?? "", /failed to load object 'programs'/);
        // The lines before and after the note are complete instructions.
        const at = log.indexOf(notes[0] ?? "");
        for (const line of [log[at - 1] ?? "", log[at + 1] ?? ""]) assertMatch(line, /^\d+: \(\w\w\) .* ; R0=/);
      } finally {
        await Deno.remove(directory, { recursive: true });
      }
    },
  });
}
