import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BpfError } from "../errors.ts";
import { CAPABILITY, Checker, hintFor, type Surroundings } from "./check.ts";
import { Libc } from "./libc.ts";
import { openLibrary } from "./library.ts";

const ROOT_CAPABILITIES = Object.values(CAPABILITY).reduce((all, bit) => all | 1n << bit, 0n);

/** A machine with these capabilities and files. */
function machine(capabilities: bigint, files: Readonly<Record<string, string>> = {}): Surroundings {
  return { capabilities: () => capabilities, readText: (path) => files[path] };
}

const ROOT = machine(ROOT_CAPABILITIES);
const NOBODY = machine(0n);
const LOCKED = machine(ROOT_CAPABILITIES, { "/sys/kernel/security/lockdown": "none [integrity] confidentiality\n" });

// As libbpf 1.5 wrote them.
const NO_TRACEPOINT = [
  "libbpf: failed to determine tracepoint 'sched/nosuch' perf event ID: No such file or directory",
  "libbpf: prog 'on_tp': failed to create tracepoint 'sched/nosuch' perf event: No such file or directory",
];
const NO_KPROBE = [
  "libbpf: prog 'on_kprobe': failed to create kprobe 'do_exit+0x0' perf event: No such file or directory",
];
const REJECTED = [
  "libbpf: prog 'bad': BPF program load failed: Permission denied",
  "libbpf: prog 'bad': -- BEGIN PROG LOAD LOG --",
  "10: (61) r0 = *(u32 *)(r0 +0)",
  "R0 invalid mem access 'scalar'",
  "processed 11 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0",
  "-- END PROG LOAD LOG --",
  "libbpf: prog 'bad': failed to load: -13",
  "libbpf: failed to load object 'reject'",
];
const REFUSED = ["libbpf: prog 'on_lsm': BPF program load failed: Operation not permitted"];

const LOAD = 'Cannot load object "guest"';

Deno.test("hintFor() names the capabilities that are missing", () => {
  assertEquals(hintFor(LOAD, "EPERM", [], NOBODY), "run as root or grant CAP_BPF and CAP_PERFMON");
  const bpf = machine(1n << CAPABILITY.CAP_BPF);
  assertEquals(hintFor(LOAD, "EPERM", REFUSED, bpf), "run as root or grant CAP_PERFMON");
  const both = machine(1n << CAPABILITY.CAP_BPF | 1n << CAPABILITY.CAP_PERFMON);
  assertEquals(
    hintFor('Cannot attach program "p" to xdp of interface 1', "EPERM", [], both),
    "run as root or grant CAP_NET_ADMIN",
  );
});

Deno.test("hintFor() says nothing of privileges when the verifier gave a reason, or nothing is missing", () => {
  assertEquals(hintFor(LOAD, "EACCES", REJECTED, NOBODY), undefined);
  assertEquals(hintFor(LOAD, "EPERM", [], ROOT), undefined);
  assertEquals(hintFor(LOAD, "EINVAL", [], NOBODY), undefined);
});

Deno.test("hintFor() names lockdown", () => {
  assertStringIncludes(hintFor(LOAD, "EPERM", REFUSED, LOCKED) ?? "", "locked down (integrity)");
});

Deno.test("hintFor() tells a missing tracepoint from a missing tracefs", () => {
  const mounted = machine(ROOT_CAPABILITIES, { "/sys/kernel/tracing/README": "tracing mini-HOWTO" });
  assertStringIncludes(hintFor("Cannot attach", "ENOENT", NO_TRACEPOINT, mounted) ?? "", "no such tracepoint");
  assertStringIncludes(
    hintFor("Cannot attach", "ENOENT", NO_TRACEPOINT, ROOT) ?? "",
    "tracefs is not mounted: mount -t",
  );
});

Deno.test("hintFor() tells a missing function from a kernel without kprobes", () => {
  const withKprobes = machine(ROOT_CAPABILITIES, { "/sys/bus/event_source/devices/kprobe/type": "8\n" });
  assertEquals(hintFor("Cannot attach", "ENOENT", NO_KPROBE, withKprobes), undefined);
  assertStringIncludes(
    hintFor("Cannot attach", "ENOENT", NO_KPROBE, ROOT) ?? "",
    "built without kprobes (CONFIG_KPROBE",
  );
});

Deno.test("hintFor() knows objects of other machines, and missing BTF", () => {
  const hint = (...log: string[]) => hintFor(LOAD, "EINVAL", log, ROOT) ?? "";
  assertStringIncludes(hint("libbpf: elf: x is not a valid eBPF object file"), "clang -target bpf");
  assertStringIncludes(hint("libbpf: object 'x': loading non-native endianness is unsupported"), "clang -target bpf");
  assertStringIncludes(hint("libbpf: Error loading vmlinux BTF: -2"), "--btf PATH");
  assertStringIncludes(hint("libbpf: failed to parse target BTF: -2"), "--btf names no file");
  assertEquals(hint("libbpf: search for archive failed: unsupported"), "");
});

Deno.test("Checker.value() passes what is not negative and throws the rest with the log", () => {
  using library = openLibrary();
  using libc = new Libc(library);
  const logs = [["stale"], ["libbpf: map 'm': failed to create: Argument list too long(-7)"]];
  const checker = new Checker({ take: () => logs.shift() ?? [], [Symbol.dispose]: () => {} }, libc);
  checker.begin();
  assertEquals(checker.value(LOAD, 0), 0);
  assertEquals(checker.value(LOAD, 7), 7);
  const error = assertThrows(() => checker.value(LOAD, -7), BpfError);
  assertEquals([error.code, error.errno, error.log.length], ["E2BIG", 7, 1]);
  assertEquals(error.message, `${LOAD}: E2BIG: map 'm': failed to create: Argument list too long(-7)`);
});
