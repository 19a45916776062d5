/** Reads logs that libbpf and the verifier wrote: those of tests/logs/saved/, and some that this kernel cannot produce. */

import { assert, assertEquals } from "@std/assert";
import { savedLogs } from "../tests/logs/saved.ts";
import { errnoText } from "./errno.ts";
import { LINUX_ERRNO } from "./linux_errno.ts";
import { BpfError, readLog } from "./mod.ts";

const LINUX: Readonly<Record<string, number>> = LINUX_ERRNO;

Deno.test("the saved logs cover every kind, and are many", () => {
  const count = (kind: string) => savedLogs().filter(({ name }) => name.startsWith(kind)).length;
  assert(count("program_") >= 45 && count("map_") >= 25 && count("attach_") >= 18);
  assert(count("extern_") === 5 && count("object_") === 5);
});

for (const { name, reason, code, log } of savedLogs()) {
  Deno.test(`readLog() finds the reason in the log of ${name}`, () => {
    assertEquals(readLog(log).reason ?? errnoText(LINUX[code] ?? 0), reason);
  });
}

Deno.test("readLog() finds the program's name when the log's beginning is lost", () => {
  const log = savedLogs().find(({ name }) => name === "program_counted_too_far")?.log ?? [];
  const end = log.slice(log.findIndex((line) => line.startsWith("-- LEFT OUT")));
  assert(end.length > 5);
  assertEquals(readLog(end), {
    reason: "prog 'counted_too_far': BPF program is too large. Processed 1000001 insn",
    program: "counted_too_far",
    map: undefined,
    verifier: true,
  });
});

/** A program's log in the form that other kernels write. */
function verified(...lines: string[]): string | undefined {
  return readLog([
    "libbpf: prog 'p': BPF program load failed: Invalid argument",
    "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --",
    ...lines,
    "processed 9 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0",
    "-- END PROG LOAD LOG --",
    "libbpf: prog 'p': failed to load: -22",
    "libbpf: failed to load object 'guest'",
  ]).reason;
}

Deno.test("readLog() skips the verifier's states in the form of every kernel", () => {
  const message = "R1 invalid mem access 'inv'";
  // Linux 5.10 writes the state before an instruction on a separate line.
  assertEquals(verified("0: (b7) r1 = 0", "1: (79) r0 = *(u64 *)(r1 +0)", message), `prog 'p': ${message}`);
  assertEquals(
    verified("; return *p;", "1: R1_w=inv0 R10=fp0", "1: (79) r0 = *(u64 *)(r1 +0)", ` R1_w=inv0 R10=fp0`, message),
    `prog 'p': ${message}`,
  );
  const states = [
    "from 4 to 7: R0=scalar() R10=fp0",
    "7: (95) exit",
    message,
    "cur state: R0=0 R1=ctx()",
    "old state: R0=0 R1=ctx()",
    "frame1: R0=1",
    "mark_precise: frame0: last_idx 5 first_idx 0 subseq_idx -1",
    "mark_precise: frame0: regs=r2 stack= before 4: (b7) r2 = 5",
    "regs=4 stack=0 before 4: (b7) r2 = 5",
    "parent didn't have regs=4 stack=0 marks",
    "last_idx 5 first_idx 0",
  ];
  assertEquals(verified(...states), `prog 'p': ${message}`);
  assertEquals(
    verified("func#0 @0", "func#1 @5", "Validating f() func#1...", "7: (95) exit", message),
    `prog 'p': ${message}`,
  );
  assertEquals(verified("back-edge from insn 4 to 0"), "prog 'p': back-edge from insn 4 to 0");
});

Deno.test("readLog() does not take a harmless line for the reason", () => {
  const failed = ["libbpf: map 'm': failed to create: Invalid argument(-22)", "libbpf: failed to load object 'guest'"];
  for (
    const before of [
      "libbpf: elf: skipping unrecognized data section(7) .rodata.str1.1",
      "libbpf: Error in bpf_create_map_xattr(m):Invalid argument(-22). Retrying without BTF.",
      "libbpf: prog 'other': relo #0: bad insn",
      "libbpf: map 'other': failed to set initial contents: Invalid argument",
    ]
  ) {
    assertEquals(readLog([before, ...failed]).reason, "map 'm': failed to create: Invalid argument(-22)");
  }
});

Deno.test("readLog() gives the reason why the kernel refused a necessary BTF", () => {
  const block = [
    "libbpf: BTF loading error: -22",
    "libbpf: -- BEGIN BTF LOAD LOG ---",
    "magic: 0xeb9f",
    "[1] INT int bad",
  ];
  const end = [
    "-- END BTF LOAD LOG --",
    "libbpf: Error loading .BTF into kernel: -22. BTF is mandatory, can't proceed.",
  ];
  const { reason, verifier } = readLog([...block, ...end, "libbpf: failed to load object 'guest'"]);
  assertEquals(reason, "Error loading .BTF into kernel: -22. BTF is mandatory, can't proceed.");
  assertEquals(verifier, false);
});

Deno.test("readLog() reads errnos as other versions of libbpf write them", () => {
  for (const errno of ["-2", "No such file or directory", "-ENOENT"]) {
    const log = [
      `libbpf: failed to determine tracepoint 'a/b' perf event ID: ${errno}`,
      `libbpf: prog 'p': failed to create tracepoint 'a/b' perf event: ${errno}`,
    ];
    assertEquals(readLog(log).reason, `prog 'p': failed to determine tracepoint 'a/b' perf event ID: ${errno}`);
  }
});

Deno.test("BpfError does not change a line of this project", () => {
  const error = new BpfError({ operation: "open", kind: "cgroup" }, LINUX_ERRNO.EINVAL, {
    log: ["it is not a directory: of a cgroup2"],
  });
  assertEquals(error.message, "Cannot open cgroup: EINVAL: it is not a directory: of a cgroup2");
});
