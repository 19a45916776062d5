import { assertEquals, assertStringIncludes } from "@std/assert";
import { readLog } from "../../errors/mod.ts";
import { AttachType, ProgramType } from "../../object/bpf_numbers.ts";
import type { Capability } from "../system/capabilities.ts";
import { CAPABILITY } from "../system/linux_numbers.ts";
import { hintFor, type Subject, type Surroundings } from "./hints.ts";
import type { ProgramFacts } from "./privileges.ts";

const INITIAL_NAMESPACE = { "/proc/self/uid_map": "         0          0 4294967295\n" };
const LOCKDOWN = "/sys/kernel/security/lockdown";
const INTEGRITY = { [LOCKDOWN]: "none [integrity] confidentiality\n" };
const UNLOCKED = { [LOCKDOWN]: "[none] integrity confidentiality\n" };

/** A machine with these files, where this process has these capabilities. */
function machine(held: readonly Capability[], files: Readonly<Record<string, string>> = {}): Surroundings {
  const all: Readonly<Record<string, string>> = { ...INITIAL_NAMESPACE, ...files };
  return {
    machine: "x86_64",
    capabilities: () => held.reduce((set, name) => set | 1n << CAPABILITY[name], 0n),
    readText: (path) => all[path],
  };
}

const EVERY: Capability[] = [
  "CAP_DAC_READ_SEARCH",
  "CAP_NET_ADMIN",
  "CAP_NET_RAW",
  "CAP_SYS_ADMIN",
  "CAP_PERFMON",
  "CAP_BPF",
];
const ROOT = machine(EVERY, UNLOCKED);

function program(type: number, sectionName: string, expectedAttachType = 0): ProgramFacts {
  return { type, sectionName, expectedAttachType };
}

const TRACEPOINT = program(ProgramType.TRACEPOINT, "tp/sched/sched_switch");
const XDP = program(ProgramType.XDP, "xdp");
const FENTRY = program(ProgramType.TRACING, "fentry/schedule", AttachType.TRACE_FENTRY);
const TP_BTF = program(ProgramType.TRACING, "tp_btf/sched_switch", AttachType.TRACE_RAW_TP);

/** The hint for libbpf's messages about a refused object or program. */
function hint(code: string, log: readonly string[], here: Surroundings, about: Partial<Subject> = {}) {
  const subject: Subject = { action: "load", programs: [TRACEPOINT], ...about };
  return hintFor({ code, log, reading: readLog(log), subject }, here);
}

const refused = (reason: string) => [
  "libbpf: prog 'p': BPF program load failed: Permission denied",
  "libbpf: prog 'p': -- BEGIN PROG LOAD LOG --",
  "10: (61) r0 = *(u32 *)(r0 +0)",
  reason,
  "processed 11 insns (limit 1000000) max_states_per_insn 0 total_states 1 peak_states 1 mark_read 0",
  "-- END PROG LOAD LOG --",
  "libbpf: prog 'p': failed to load: -13",
  "libbpf: failed to load object 'guest'",
];
const NOT_PERMITTED = [
  "libbpf: prog 'p': BPF program load failed: Operation not permitted",
  "libbpf: prog 'p': failed to load: -1",
  "libbpf: failed to load object 'guest'",
];

Deno.test("hintFor() names the capabilities that are missing, by kind of program", () => {
  assertEquals(hint("EPERM", [], machine([])), "run as root or grant CAP_BPF and CAP_PERFMON");
  assertEquals(
    hint("EPERM", [], machine([]), { programs: [XDP, TRACEPOINT] }),
    "run as root or grant CAP_BPF and CAP_NET_ADMIN and CAP_PERFMON",
  );
  assertEquals(hint("EPERM", NOT_PERMITTED, machine(["CAP_BPF"])), "run as root or grant CAP_PERFMON");
  assertEquals(
    hint("EPERM", NOT_PERMITTED, machine(["CAP_BPF", "CAP_PERFMON"]), { programs: [XDP] }),
    "run as root or grant CAP_NET_ADMIN",
  );
  assertEquals(hint("EPERM", NOT_PERMITTED, machine(["CAP_SYS_ADMIN"], UNLOCKED), { programs: [XDP] }), undefined);
});

Deno.test("hintFor() names the machine that a program was compiled for, when it reads other registers than this one has", () => {
  const unresolved = (field: string) => refused(`failed to resolve CO-RE relocation <byte_off> [23] struct ${field}`);
  const hintOn = (machine: "x86_64" | "aarch64", field: string) =>
    hint("EINVAL", unresolved(field), { ...ROOT, machine });
  const [x86, arm64] = ["x86_64 (-D__TARGET_ARCH_x86)", "aarch64 (-D__TARGET_ARCH_arm64)"];
  for (const field of ["pt_regs.di (0:14 @ offset 112)", "pt_regs.r10 (0:7)", "pt_regs.orig_ax (0:15)"]) {
    assertEquals(hintOn("aarch64", field), `it was compiled for ${x86}; this machine is ${arm64}`);
    assertStringIncludes(hintOn("x86_64", field) ?? "", "no such type or field");
  }
  for (const field of ["user_pt_regs.regs[0] (0:0:0 @ offset 0)", "pt_regs___arm64.orig_x0 (0:0)"]) {
    assertEquals(hintOn("x86_64", field), `it was compiled for ${arm64}; this machine is ${x86}`);
    assertStringIncludes(hintOn("aarch64", field) ?? "", "no such type or field");
  }
  assertStringIncludes(hintOn("aarch64", "task_struct.di (0:1)") ?? "", "no such type or field");
});

Deno.test("hintFor() names capabilities that only attaching needs", () => {
  const held = machine(["CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"], UNLOCKED);
  const attach = (facts: ProgramFacts, code: string, log: readonly string[] = []) =>
    hint(code, log, held, { action: "attach", programs: [facts] });
  assertEquals(
    attach(program(ProgramType.SOCKET_FILTER, "socket"), "EPERM"),
    "run as root or grant CAP_NET_RAW",
  );
  assertEquals(attach(program(ProgramType.KPROBE, "uprobe"), "EACCES"), "run as root or grant CAP_SYS_ADMIN");
  assertEquals(attach(program(ProgramType.KPROBE, "kprobe/f"), "EACCES"), undefined);
  assertEquals(attach(XDP, "EPERM"), undefined);
  const unreadable = [
    "libbpf: failed to determine tracepoint 'sched/x' perf event ID: Permission denied",
    "libbpf: prog 'p': failed to create tracepoint 'sched/x' perf event: Permission denied",
  ];
  assertEquals(attach(TRACEPOINT, "EACCES", unreadable), "run as root or grant CAP_DAC_READ_SEARCH");
  assertEquals(attach(TRACEPOINT, "EACCES"), undefined);
});

Deno.test("hintFor() reports a program that reads beyond its tracepoint's record", () => {
  const attach = (code: string, log: readonly string[], facts = TRACEPOINT) =>
    hint(code, log, ROOT, { action: "attach", programs: [facts] });
  const reads =
    "the program reads beyond the tracepoint's record, whose fields /sys/kernel/tracing/events/CATEGORY/NAME/format lists";
  const link = ["libbpf: prog 'p': failed to create BPF link for perf_event FD 19: -13 (Permission denied)"];
  const ioctl = ["libbpf: prog 'p': failed to attach to perf_event FD 19: -EACCES"];
  assertEquals(attach("EACCES", link), reads);
  assertEquals(attach("EACCES", ioctl), reads);
  assertEquals(attach("EACCES", link, program(ProgramType.KPROBE, "kprobe/f")), undefined);
  assertEquals(attach("EINVAL", ["libbpf: prog 'p': failed to create BPF link for perf_event FD 19: -22"]), undefined);
  assertEquals(attach("EACCES", ["libbpf: prog 'p': failed to create tracepoint 'a/b' perf event: -13"]), undefined);
});

Deno.test("hintFor() explains how a section names its function, for sections without one", () => {
  const unnamed = [
    "libbpf: prog 'p': no BTF-based attach target is specified, use bpf_program__set_attach_target()",
    "libbpf: prog 'p': failed to prepare load attributes: -22",
    "libbpf: prog 'p': failed to load: -22",
  ];
  const facts = program(ProgramType.TRACING, "fexit", AttachType.TRACE_FEXIT);
  assertEquals(
    hint("EINVAL", unnamed, ROOT, { programs: [facts] }),
    'the section of the program has to name what it attaches to, like SEC("fentry/FUNCTION")',
  );
  const replaces = ["libbpf: prog 'p': attach program FD is not set"];
  assertEquals(
    hint("EINVAL", replaces, ROOT, { programs: [program(ProgramType.EXT, "freplace/f")] }),
    "freplace cannot be used here yet: no call sets the program to replace",
  );
});

Deno.test("hintFor() reports a type or field that the kernel lacks", () => {
  const log = ["libbpf: prog 'p': failed to resolve CO-RE relocation <byte_off> [5] struct t.f (0:0 @ offset 0)"];
  assertEquals(
    hint("EINVAL", log, ROOT),
    "this kernel's BTF has no such type or field: check with bpf_core_field_exists() or bpf_core_type_exists() before use",
  );
});

Deno.test("hintFor() does not mention privileges when the verifier's reason has nothing to do with them", () => {
  assertEquals(hint("EACCES", refused("R0 invalid mem access 'scalar'"), machine([])), undefined);
  assertEquals(hint("EPERM", [], ROOT), undefined);
  assertEquals(hint("EINVAL", [], machine([])), undefined);
});

Deno.test("hintFor() names CAP_PERFMON for arithmetic on pointers, only where it is missing", () => {
  const held: Capability[] = ["CAP_BPF", "CAP_NET_ADMIN"];
  for (const reason of ["R1 pointer -= pointer prohibited", "R0 leaks addr as return value"]) {
    const about = { programs: [XDP] };
    assertEquals(hint("EACCES", refused(reason), machine(held), about), "run as root or grant CAP_PERFMON");
    assertEquals(hint("EACCES", refused(reason), machine([...held, "CAP_PERFMON"]), about), undefined);
    assertEquals(hint("EACCES", refused(reason), machine([...held, "CAP_SYS_ADMIN"]), about), undefined);
  }
});

Deno.test("hintFor() names lockdown only for operations that it can forbid", () => {
  const locked = machine(EVERY, INTEGRITY);
  const hooked = { programs: [FENTRY] };
  assertEquals(
    hint("EPERM", NOT_PERMITTED, locked, hooked),
    "the kernel is locked down (integrity), which can forbid programs that hook kernel functions",
  );
  assertEquals(hint("EPERM", NOT_PERMITTED, machine(EVERY, UNLOCKED), hooked), undefined);
  for (const other of [TRACEPOINT, XDP, TP_BTF]) {
    assertEquals(hint("EPERM", NOT_PERMITTED, locked, { programs: [other] }), undefined);
  }
  assertEquals(hint("EPERM", [], locked, { action: "attach", programs: [FENTRY] }), undefined);
  const helper = (name: string) => refused(`program of this type cannot use helper ${name}#36`);
  assertStringIncludes(hint("EINVAL", helper("bpf_probe_write_user"), locked) ?? "", "can forbid bpf_probe_write_user");
  assertEquals(hint("EINVAL", helper("bpf_probe_read_kernel"), locked), undefined);
  assertEquals(hint("EINVAL", helper("bpf_skb_load_bytes"), locked), undefined);
  const confidential = machine(EVERY, { [LOCKDOWN]: "none integrity [confidentiality]\n" });
  assertStringIncludes(
    hint("EINVAL", helper("bpf_probe_read_kernel"), confidential) ?? "",
    "locked down (confidentiality), which can forbid bpf_probe_read_kernel",
  );
});

Deno.test("hintFor() names lockdown for the list of kernel functions, only when the kernel is locked down", () => {
  const log = ["libbpf: failed to open /sys/kernel/tracing/available_filter_functions_addrs: -1"];
  const about = { action: "attach", programs: [program(ProgramType.KPROBE, "kprobe.multi")] } as const;
  assertEquals(
    hint("EPERM", log, machine(EVERY, INTEGRITY), about),
    "the kernel is locked down (integrity), which can forbid reading which functions can be probed",
  );
  assertEquals(hint("EPERM", log, ROOT, about), undefined);
});

Deno.test("hintFor() names confidentiality as the cause for kprobes and for a tracefs whose files cannot be read", () => {
  const locked = machine(EVERY, {
    [LOCKDOWN]: "none integrity [confidentiality]\n",
    "/sys/bus/event_source/devices/kprobe/type": "6\n",
  });
  const about = { action: "attach", programs: [program(ProgramType.KPROBE, "kprobe")] } as const;
  const refusedKprobe = [
    "libbpf: prog 'on_kprobe': failed to create kprobe 'do_exit+0x0' perf event: Operation not permitted",
  ];
  assertEquals(
    hint("EPERM", refusedKprobe, locked, about),
    "the kernel is locked down (confidentiality), which can forbid kprobes",
  );
  const unlocked = machine(EVERY, { ...UNLOCKED, "/sys/bus/event_source/devices/kprobe/type": "6\n" });
  assertEquals(hint("EPERM", refusedKprobe, unlocked, about), undefined);
  const unread = [
    "libbpf: prog 'on_tracepoint': failed to determine tracepoint 'sched/sched_process_exec' perf event ID: No such file or directory",
  ];
  assertEquals(
    hint("ENOENT", unread, locked, { action: "attach", programs: [TRACEPOINT] }),
    "the kernel is locked down (confidentiality), which can forbid reading tracefs",
  );
  assertStringIncludes(
    hint("ENOENT", unread, machine(EVERY, UNLOCKED), { action: "attach", programs: [TRACEPOINT] }) ?? "",
    "tracefs is not mounted",
  );
});

Deno.test("hintFor() names lockdown as a possible cause when it cannot be read", () => {
  const unmounted = machine(EVERY);
  assertEquals(
    hint("EPERM", NOT_PERMITTED, unmounted, { programs: [FENTRY] }),
    "lockdown may be the cause, and cannot be read: mount -t securityfs securityfs /sys/kernel/security",
  );
  assertEquals(hint("EPERM", NOT_PERMITTED, unmounted, { programs: [TRACEPOINT] }), undefined);
  const without = machine(EVERY, { "/proc/filesystems": "nodev\tproc\n\text4\n" });
  assertEquals(hint("EPERM", NOT_PERMITTED, without, { programs: [FENTRY] }), undefined);
});

Deno.test("hintFor() ignores capabilities of a user namespace", () => {
  const namespaced = machine(EVERY, { "/proc/self/uid_map": "         0       1000          1\n", ...UNLOCKED });
  assertStringIncludes(hint("EPERM", NOT_PERMITTED, namespaced) ?? "", "is in a user namespace");
});

Deno.test("hintFor() names the limit on locked memory on kernels that have one", () => {
  assertEquals(hint("EPERM", [], kernel("5.10.0-27-amd64")), "raise the limit on locked memory: ulimit -l unlimited");
  assertEquals(hint("EPERM", [], kernel("5.11.0")), undefined);
  assertEquals(hint("EPERM", [], kernel("6.1.0")), undefined);
});

/** A machine with this kernel. */
const kernel = (release: string) => machine(EVERY, { "/proc/sys/kernel/osrelease": `${release}\n`, ...UNLOCKED });
const DEBIAN_12 = kernel("6.1.0-52-amd64");
const UNKNOWN_KIND = [
  "libbpf: prog 'p': BPF program load failed: Invalid argument",
  "libbpf: prog 'p': failed to load: -22",
  "libbpf: failed to load object 'guest'",
];

Deno.test("hintFor() names the first Linux with a kind of program that an older kernel refuses to attach", () => {
  const attach = (code: string, facts: ProgramFacts, here: Surroundings) =>
    hint(code, [], here, { action: "attach", programs: [facts] });
  const tcx = program(ProgramType.SCHED_CLS, "tcx/ingress", AttachType.TCX_INGRESS);
  assertEquals(attach("EINVAL", tcx, DEBIAN_12), "tcx needs Linux 6.6; this is 6.1.0-52-amd64");
  for (const release of ["6.6.0", "6.12.1", "7.0.0", "unreadable"]) {
    assertEquals(attach("EINVAL", tcx, kernel(release)), undefined);
  }
  assertEquals(attach("EINVAL", tcx, ROOT), undefined);
  assertEquals(attach("EBUSY", tcx, DEBIAN_12), undefined);
  assertEquals(attach("EINVAL", program(ProgramType.SCHED_CLS, "tc"), DEBIAN_12), undefined);
  const needs = (section: string, type: number) =>
    attach("EINVAL", program(ProgramType.KPROBE, section, type), kernel("5.10.0-39-amd64"));
  assertEquals(
    needs("kprobe.multi", AttachType.TRACE_KPROBE_MULTI),
    "kprobe.multi needs Linux 5.18; this is 5.10.0-39-amd64",
  );
  assertEquals(
    needs("kprobe.session", AttachType.TRACE_KPROBE_SESSION),
    "kprobe.session needs Linux 6.10; this is 5.10.0-39-amd64",
  );
  assertEquals(
    needs("uprobe.multi", AttachType.TRACE_UPROBE_MULTI),
    "uprobe.multi needs Linux 6.6; this is 5.10.0-39-amd64",
  );
});

Deno.test("hintFor() names the first Linux with a kind of program that an older kernel refuses to load", () => {
  const netfilter = program(ProgramType.NETFILTER, "netfilter", AttachType.NETFILTER);
  const load = (log: readonly string[], facts = netfilter, here = DEBIAN_12) =>
    hint("EINVAL", log, here, { programs: [facts] });
  assertEquals(load(UNKNOWN_KIND), "netfilter needs Linux 6.4; this is 6.1.0-52-amd64");
  assertEquals(
    load(UNKNOWN_KIND, program(ProgramType.LSM, "lsm_cgroup/bind", AttachType.LSM_CGROUP), kernel("5.19.0")),
    "lsm_cgroup needs Linux 6.0; this is 5.19.0",
  );
  assertEquals(load(UNKNOWN_KIND, netfilter, kernel("6.4.0")), undefined);
  assertEquals(load(refused("R2 !read_ok")), undefined);
  assertEquals(load(["libbpf: failed to load object 'guest'"]), undefined);
  // Older kernels load these, and refuse to attach them.
  assertEquals(load(UNKNOWN_KIND, program(ProgramType.SCHED_CLS, "tcx/egress", AttachType.TCX_EGRESS)), undefined);
});

Deno.test("hintFor() names the option that kprobe.multi needs in a kernel that is new enough", () => {
  const multi = program(ProgramType.KPROBE, "kprobe.multi", AttachType.TRACE_KPROBE_MULTI);
  const attach = (code: string) => hint(code, [], DEBIAN_12, { action: "attach", programs: [multi] });
  assertEquals(attach("EOPNOTSUPP"), "kprobe.multi needs a kernel with CONFIG_FPROBE=y");
  assertEquals(attach("EINVAL"), undefined);
});

Deno.test("hintFor() names the first Linux with more sleepable hooks, and with usdt for all processes", () => {
  const sleepable = program(ProgramType.LSM, "lsm.s/file_open", AttachType.LSM_MAC);
  const load = (here: Surroundings) =>
    hint("EINVAL", refused("bpf_lsm_file_open is not sleepable"), here, { programs: [sleepable] });
  assertEquals(load(kernel("5.10.0")), "a sleepable program for this hook needs Linux 5.11; this is 5.10.0");
  assertEquals(load(DEBIAN_12), undefined);
  const log = [
    "libbpf: usdt: attaching to shared libraries without specific PID is not supported on current kernel",
  ];
  const attach = (here: Surroundings) =>
    hint("EOPNOTSUPP", log, here, { action: "attach", programs: [program(ProgramType.KPROBE, "usdt")] });
  assertEquals(
    attach(kernel("5.10.0")),
    "usdt for all processes of a shared library or a PIE needs Linux 5.15; this is 5.10.0",
  );
  assertEquals(attach(DEBIAN_12), undefined);
});

// As libbpf 1.5 wrote them.
const NO_TRACEPOINT = [
  "libbpf: failed to determine tracepoint 'sched/nosuch' perf event ID: No such file or directory",
  "libbpf: prog 'on_tp': failed to create tracepoint 'sched/nosuch' perf event: No such file or directory",
];
const NO_KPROBE = [
  "libbpf: prog 'on_kprobe': failed to create kprobe 'do_exit+0x0' perf event: No such file or directory",
];

Deno.test("hintFor() distinguishes a missing tracepoint from a missing tracefs", () => {
  const mounted = machine(EVERY, { "/sys/kernel/tracing/README": "tracing mini-HOWTO" });
  assertStringIncludes(hint("ENOENT", NO_TRACEPOINT, mounted) ?? "", "no such tracepoint");
  assertStringIncludes(hint("ENOENT", NO_TRACEPOINT, ROOT) ?? "", "tracefs is not mounted: mount -t");
});

Deno.test("hintFor() distinguishes a missing function from a kernel without kprobes", () => {
  const withKprobes = machine(EVERY, { "/sys/bus/event_source/devices/kprobe/type": "8\n" });
  assertEquals(hint("ENOENT", NO_KPROBE, withKprobes), undefined);
  assertStringIncludes(hint("ENOENT", NO_KPROBE, ROOT) ?? "", "built without kprobes (CONFIG_KPROBE");
});

Deno.test("hintFor() does not report missing BTF when there is no memory to read it", () => {
  assertEquals(hint("ENOMEM", ["libbpf: Error loading vmlinux BTF: -12"], ROOT), undefined);
});

Deno.test("hintFor() recognizes objects of other machines, and missing BTF", () => {
  const mounted = machine(EVERY, { "/sys/kernel/uevent_seqnum": "5000\n" });
  const told = (...log: string[]) => hint("EINVAL", log, mounted) ?? "";
  assertStringIncludes(told("libbpf: elf: x is not a valid eBPF object file"), "clang -target bpf");
  assertStringIncludes(told("libbpf: object 'x': loading non-native endianness is unsupported"), "clang -target bpf");
  assertStringIncludes(told("libbpf: Error loading vmlinux BTF: -2"), "--btf PATH");
  assertStringIncludes(told("libbpf: failed to parse target BTF: -2"), "the file of --btf");
  assertEquals(told("libbpf: search for archive failed: unsupported"), "");
});

Deno.test("hintFor() reports missing BTF as an unmounted sysfs if nothing of sysfs is there", () => {
  const log = ["libbpf: failed to find valid kernel BTF"];
  assertEquals(hint("ESRCH", log, ROOT), "sysfs is not mounted: mount -t sysfs sysfs /sys");
});

Deno.test("hintFor() names variables that cannot be shared, and the way to hide them", () => {
  const log = [
    "libbpf: map 'h.bss': failed to re-mmap() contents: -524",
    "libbpf: map 'h.bss': failed to create: unknown error (-524)(-524)",
  ];
  const map = { type: 2, keySize: 4, valueSize: 12, maxEntries: 1, flags: 0x400 };
  assertEquals(
    hint("ENOTSUPP", log, ROOT, { map }),
    'a bpf_spin_lock, bpf_timer, list or tree cannot be shared with the guest: SEC(".data.private") __hidden keeps its variable apart',
  );
});

Deno.test("hintFor() describes a refused map, with the rule that it breaks", () => {
  const log = ["libbpf: map 'm': failed to create: Invalid argument(-22)", "libbpf: failed to load object 'guest'"];
  const map = { type: 27, keySize: 0, valueSize: 8, maxEntries: 65536, flags: 0 };
  assertEquals(
    hint("EINVAL", log, ROOT, { map }),
    "a ring buffer has no value, and this one has a value of 8 bytes; " +
      "the map is a ring buffer, key 0 bytes, value 8 bytes, 65536 entries, no flags",
  );
  assertEquals(
    hint("E2BIG", log, ROOT, { map: { type: 1, keySize: 4, valueSize: 8, maxEntries: 2 ** 32 - 1, flags: 1 } }),
    "it needs more memory than the kernel gives a map; the map is a hash, key 4 bytes, value 8 bytes, 4294967295 entries, BPF_F_NO_PREALLOC",
  );
  const single = { type: 1, keySize: 4, valueSize: 1 << 26, maxEntries: 1, flags: 0 };
  assertStringIncludes(hint("E2BIG", log, ROOT, { map: single }) ?? "", "value 67108864 bytes, 1 entry, no flags");
  const sockmap = { map: { type: 15, keySize: 4, valueSize: 4, maxEntries: 1, flags: 0 } };
  assertEquals(hint("EPERM", log, machine(["CAP_BPF"]), sockmap), "run as root or grant CAP_NET_ADMIN");
});

Deno.test("hintFor() names the first Linux with a type of map, and with links of struct_ops maps", () => {
  const log = ["libbpf: map 'm': failed to create: Invalid argument(-22)", "libbpf: failed to load object 'guest'"];
  const struct = { type: 26, keySize: 4, valueSize: 256, maxEntries: 1, flags: 0x2000 };
  const described = "the map is a struct_ops, key 4 bytes, value 256 bytes, 1 entry, BPF_F_LINK";
  assertEquals(
    hint("EINVAL", log, DEBIAN_12, { map: struct }),
    `SEC(".struct_ops.link") needs Linux 6.4; this is 6.1.0-52-amd64; ${described}`,
  );
  assertEquals(hint("EINVAL", log, kernel("6.4.0"), { map: struct }), described);
  const bloom = { type: 30, keySize: 0, valueSize: 8, maxEntries: 8, flags: 0 };
  const filter = "the map is a bloom_filter, key 0 bytes, value 8 bytes, 8 entries, no flags";
  assertEquals(
    hint("EINVAL", log, kernel("5.10.0"), { map: bloom }),
    `a bloom_filter needs Linux 5.16; this is 5.10.0; ${filter}`,
  );
  assertEquals(hint("EINVAL", log, DEBIAN_12, { map: bloom }), filter);
});
