import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { type AttachTarget, AttachType, ProgramType } from "../../../ffi/mod.ts";
import { FakeGuest } from "../../../tests/doubles/guest.ts";

const EINVAL = -22;
const ENODEV = -19;
const ENOENT = -2;
const EOPNOTSUPP = -95;

/** Attaches a program of this section and type. @returns the result, what is attached, and what was reported. */
function attach(sectionName: string, type: number, text: string, expectedAttachType = 0) {
  const programs = [{ name: "program", sectionName, type, expectedAttachType }];
  using guest = new FakeGuest({ programs, maps: [{ name: "sockets" }] });
  const handle = guest.load();
  const before = guest.system.openDescriptors.size;
  const result = guest.call("wasm_attach_bpf_program", handle, guest.put(0x100, "program"), guest.put(0x200, text));
  // Every descriptor that was opened for the target is closed again.
  assertEquals(guest.system.openDescriptors.size, before);
  // Each refusal is counted, so that ENOENT is not taken for that of a file.
  assertEquals(guest.context.guard.failures, result === 0 ? 0 : guest.problems.length);
  const target = withoutDescriptor(guest.libbpf.attached[0]?.target);
  assertEquals(guest.call("wasm_close_bpf_object", handle), 0);
  assertEquals(guest.libbpf.attached, []);
  return { result, target, problem: guest.problems.join("\n") };
}

/** A target in which the types of the opened descriptor and of a function replace them. */
function withoutDescriptor(target: AttachTarget | undefined): Record<string, unknown> | undefined {
  if (target === undefined) return undefined;
  const isReplaced = (name: string) => name === "fd" || name === "beforeStaying";
  return Object.fromEntries(
    Object.entries(target).map(([name, value]) => [name, isReplaced(name) ? typeof value : value]),
  );
}

const { KPROBE, XDP, SCHED_CLS, SOCK_OPS, CGROUP_SKB, LSM, TRACEPOINT, RAW_TRACEPOINT, PERF_EVENT } = ProgramType;
const { SOCKET_FILTER, SK_LOOKUP, FLOW_DISSECTOR, NETFILTER, TRACING, SK_MSG, SK_SKB, SYSCALL } = ProgramType;

const LO = { ifindex: 1, name: "lo" };
const UPROBE = { kind: "uprobe", fd: "number", pid: -1, retprobe: false, offset: 0 };
const MULTI = { kind: "uprobe_multi", binary: "/a", fd: "number", pid: -1, retprobe: false };
const KMULTI = { kind: "kprobe_multi", retprobe: false, session: false };

const READ: readonly (readonly [section: string, type: number, text: string, target: Record<string, unknown>])[] = [
  ["xdp", XDP, "", { kind: "section" }],
  ["xdp", XDP, "lo", { kind: "xdp", ...LO }],
  ["xdp", XDP, "lo:generic", { kind: "xdp", ...LO, mode: "generic" }],
  ["xdp.frags", XDP, "lo:replace:native", { kind: "xdp", ...LO, mode: "native", replace: true }],
  ["xdp", XDP, "lo:offload:replace", { kind: "xdp", ...LO, mode: "offload", replace: true }],
  ["xdp", XDP, "lo:1:generic", { kind: "xdp", ifindex: 1, name: "lo:1", mode: "generic" }],
  ["tc", SCHED_CLS, "lo", { kind: "tc", beforeStaying: "function", ...LO }],
  ["tc", SCHED_CLS, "lo:egress", { kind: "tc", beforeStaying: "function", ...LO, direction: "egress" }],
  ["tc/egress", SCHED_CLS, "lo:ingress", { kind: "tc", beforeStaying: "function", ...LO, direction: "ingress" }],
  ["tc", SCHED_CLS, "lo:1", { kind: "tc", beforeStaying: "function", ifindex: 1, name: "lo:1" }],
  ["tc", SCHED_CLS, "lo:1:egress", {
    kind: "tc",
    beforeStaying: "function",
    ifindex: 1,
    name: "lo:1",
    direction: "egress",
  }],
  ["tcx/egress", SCHED_CLS, "lo", { kind: "tcx", ...LO }],
  ["tcx/egress", SCHED_CLS, "lo:ingress", { kind: "tcx", ...LO, direction: "ingress" }],
  ["netkit/peer", SCHED_CLS, "lo", { kind: "netkit", ...LO }],
  ["socket", SOCKET_FILTER, "lo", { kind: "socket", ...LO }],
  ["kprobe", KPROBE, "do_exit", { kind: "kprobe", function: "do_exit", offset: 0, retprobe: false }],
  ["kprobe", KPROBE, "do_exit+0x10", { kind: "kprobe", function: "do_exit", offset: 16, retprobe: false }],
  ["kprobe/ext4:f.isra.0", KPROBE, "ext4:f.isra.0", {
    kind: "kprobe",
    function: "ext4:f.isra.0",
    offset: 0,
    retprobe: false,
  }],
  ["kretprobe", KPROBE, "do_exit", { kind: "kprobe", function: "do_exit", offset: 0, retprobe: true }],
  ["kprobe.multi", KPROBE, "tcp_*", { ...KMULTI, pattern: "tcp_*" }],
  ["kretprobe.multi", KPROBE, "tcp_?", { ...KMULTI, pattern: "tcp_?", retprobe: true }],
  ["kprobe.session", KPROBE, "f", { ...KMULTI, pattern: "f", session: true }],
  ["kprobe.multi/tcp_*", KPROBE, "", { ...KMULTI, pattern: "tcp_*" }],
  ["ksyscall", KPROBE, "openat", { kind: "ksyscall", name: "openat", retprobe: false }],
  ["ksyscall/openat", KPROBE, "", { kind: "ksyscall", name: "openat", retprobe: false }],
  ["kretsyscall", KPROBE, "openat", { kind: "ksyscall", name: "openat", retprobe: true }],
  ["uprobe", KPROBE, "/a:b:main", { ...UPROBE, binary: "/a:b", function: "main" }],
  ["uprobe//a:main+0x10", KPROBE, "", { ...UPROBE, binary: "/a", function: "main", offset: 16 }],
  ["uprobe//a:main", KPROBE, "/b:f", { ...UPROBE, binary: "/b", function: "f" }],
  ["uprobe.s", KPROBE, "/a:0x40", { ...UPROBE, binary: "/a", address: 64 }],
  ["uprobe", KPROBE, "/a:64", { ...UPROBE, binary: "/a", address: 64 }],
  ["uprobe", KPROBE, "/a:0000000000001139", { ...UPROBE, binary: "/a", address: 0x1139 }],
  ["uprobe", KPROBE, "/a:00001139", { ...UPROBE, binary: "/a", address: 0x1139 }],
  ["uprobe", KPROBE, "/a:000000000040113A", { ...UPROBE, binary: "/a", address: 0x40113a }],
  ["uprobe", KPROBE, "/a:deadbeef", { ...UPROBE, binary: "/a", function: "deadbeef" }],
  ["uretprobe", KPROBE, "libc.so.6:f", { ...UPROBE, binary: "libc.so.6", function: "f", retprobe: true }],
  ["uretprobe", KPROBE, "/a:0x40", { ...UPROBE, binary: "/a", address: 64, retprobe: true }],
  ["uprobe.multi", KPROBE, "/a:get*", { ...MULTI, place: { pattern: "get*" } }],
  ["uretprobe.multi.s", KPROBE, "/a:f", { ...MULTI, place: { pattern: "f" }, retprobe: true }],
  ["uprobe.multi.s//a:f", KPROBE, "", { ...MULTI, place: { pattern: "f" } }],
  ["uprobe.multi", KPROBE, "/a:0x40", { ...MULTI, place: { address: 64 } }],
  ["usdt", KPROBE, "/a:b:c", { kind: "usdt", binary: "/a", fd: "number", provider: "b", name: "c", pid: -1 }],
  ["usdt.s//a:b:c", KPROBE, "", { kind: "usdt", binary: "/a", fd: "number", provider: "b", name: "c", pid: -1 }],
  ["tp", TRACEPOINT, "sched/sched_switch", { kind: "tracepoint", category: "sched", name: "sched_switch" }],
  ["tracepoint/sched/x", TRACEPOINT, "", { kind: "tracepoint", category: "sched", name: "x" }],
  ["raw_tp", RAW_TRACEPOINT, "sched_switch", { kind: "raw_tracepoint", name: "sched_switch" }],
  ["perf_event", PERF_EVENT, "cpu-clock@99Hz", { kind: "perf_event", event: "cpu-clock", frequencyHz: 99 }],
  ["perf_event", PERF_EVENT, "CPU-CYCLES@7", { kind: "perf_event", event: "cpu-cycles", frequencyHz: 7 }],
  ["netfilter", NETFILTER, "ipv6/input/1", {
    kind: "netfilter",
    family: 10,
    hook: 1,
    priority: 1,
  }],
  ["netfilter", NETFILTER, "2/4/-5", { kind: "netfilter", family: 2, hook: 4, priority: -5 }],
  ["tp_btf/sched_switch", TRACING, "sched_switch", { kind: "section" }],
];

for (const [section, type, text, target] of READ) {
  Deno.test(`wasm_attach_bpf_program() reads "${text}" for section ${section}`, () => {
    assertEquals<unknown>(attach(section, type, text), { result: 0, target, problem: "" });
  });
}

Deno.test("wasm_attach_bpf_program() opens cgroups and namespaces only while it attaches", () => {
  assertEquals(attach("sockops", SOCK_OPS, "/cgroup/a").target?.["kind"], "cgroup");
  assertEquals(attach("cgroup_skb/egress", CGROUP_SKB, "/cgroup").target?.["kind"], "cgroup");
  assertEquals(attach("lsm_cgroup/x", LSM, "/cgroup", AttachType.LSM_CGROUP).target?.["kind"], "cgroup");
  assertEquals(attach("sk_lookup", SK_LOOKUP, "/netns/a").target?.["kind"], "netns");
  assertEquals(attach("flow_dissector", FLOW_DISSECTOR, "/netns/a").target?.["kind"], "netns");
  assertEquals(attach("sk_msg", SK_MSG, "sockets").target?.["kind"], "sockmap");
});

const MISREAD: readonly (readonly [section: string, type: number, text: string])[] = [
  ["lsm/file_open", LSM, "/cgroup"],
  ["xdp", XDP, "lo:generic:native"],
  ["tc", SCHED_CLS, "lo:ingress:egress"],
  ["kprobe", KPROBE, "f+x"],
  ["kprobe", KPROBE, "f+010"],
  ["kprobe", KPROBE, "f\np:x/y do_exit"],
  ["kprobe.multi", KPROBE, "f\n"],
  ["kprobe.multi", KPROBE, "*a*a*a*a*"],
  ["ksyscall", KPROBE, "../x"],
  ["ksyscall/x\np:y", KPROBE, ""],
  ["uprobe", KPROBE, "/a:11f9"],
  ["uprobe", KPROBE, "/a:0040"],
  ["uprobe", KPROBE, "/a:0xffffffffffffff"],
  ["uprobe", KPROBE, "/a:0fffffffffffffff"],
  ["uprobe//a", KPROBE, ""],
  ["uprobe.multi", KPROBE, "/a:*b*c*d*e*"],
  ["usdt//a:b", KPROBE, ""],
  ["tp", TRACEPOINT, "../.."],
  ["tp", TRACEPOINT, "sched/.."],
  ["tp/..//../../tmp/x", TRACEPOINT, ""],
  ["tp/../x", TRACEPOINT, ""],
  ["kprobe", KPROBE, "f+-1"],
  ["kprobe", KPROBE, "f+99999999999999999999"],
  ["uprobe", KPROBE, "/bin/true"],
  ["uprobe", KPROBE, ":main"],
  ["uprobe", KPROBE, "/a:"],
  ["uprobe", KPROBE, "/a:+1"],
  ["uretprobe", KPROBE, "/a:f+8"],
  ["uretprobe.s//a:f+0x4", KPROBE, ""],
  ["usdt", KPROBE, "/a:b"],
  ["usdt", KPROBE, "/a:b:c:d"],
  ["usdt", KPROBE, "::"],
  ["tp", TRACEPOINT, "sched"],
  ["tp", TRACEPOINT, "a/b/c"],
  ["tp", TRACEPOINT, "/b"],
  ["perf_event", PERF_EVENT, "cpu-clock"],
  ["perf_event", PERF_EVENT, "cpu-clock@0Hz"],
  ["perf_event", PERF_EVENT, "nothing@99Hz"],
  ["perf_event", PERF_EVENT, "cpu-clock@-1"],
  ["netfilter", NETFILTER, "ipv4/input"],
  ["netfilter", NETFILTER, "ipv4/input/1/2"],
  ["netfilter", NETFILTER, "//"],
  ["netfilter", NETFILTER, "ipv4/nowhere/1"],
  ["netfilter", NETFILTER, "ipv4/input/x"],
  ["sk_msg", SK_MSG, "nosuch"],
  ["tp_btf/sched_switch", TRACING, "other"],
];

for (const [section, type, text] of MISREAD) {
  Deno.test(`wasm_attach_bpf_program() refuses "${text}" for section ${section} with a reason`, () => {
    const { result, target, problem } = attach(section, type, text);
    assertEquals([result, target], [EINVAL, undefined]);
    assertMatch(problem, /^Cannot attach program "program" to ".*": EINVAL: \S.*$/);
  });
}

const NOWHERE: readonly (readonly [section: string, type: number, attachType: number, reason: string])[] = [
  ["syscall", SYSCALL, 0, "BPF_PROG_RUN"],
  ["struct_ops/init", ProgramType.STRUCT_OPS, 0, "attach the map by its name"],
  ["action", ProgramType.SCHED_ACT, 0, "section tc"],
  ["sk_reuseport", ProgramType.SK_REUSEPORT, AttachType.SK_REUSEPORT_SELECT, "SO_ATTACH_REUSEPORT_EBPF"],
  ["lwt_in", ProgramType.LWT_IN, 0, "ip route"],
  ["lwt_out", ProgramType.LWT_OUT, 0, "ip route"],
  ["lwt_xmit", ProgramType.LWT_XMIT, 0, "ip route"],
  ["lwt_seg6local", ProgramType.LWT_SEG6LOCAL, 0, "ip route"],
  ["lirc_mode2", ProgramType.LIRC_MODE2, AttachType.LIRC_MODE2, "infrared"],
  ["xdp/devmap", XDP, AttachType.XDP_DEVMAP, "device map"],
  ["xdp.frags/cpumap", XDP, AttachType.XDP_CPUMAP, "CPU map"],
  ["sk_skb", SK_SKB, 0, "sk_skb/verdict"],
];

for (const [section, type, attachType, reason] of NOWHERE) {
  Deno.test(`wasm_attach_bpf_program() gives one reason for section ${section}, with a target and without`, () => {
    const without = attach(section, type, "", attachType);
    assertEquals([without.result, without.target], [EOPNOTSUPP, undefined]);
    assertMatch(without.problem, /^Cannot attach program "program": EOPNOTSUPP: \S.*$/);
    assertStringIncludes(without.problem, reason);
    assertEquals(attach(section, type, "lo", attachType), without);
  });
}

Deno.test("wasm_attach_bpf_program() lists the suffixes of an interface's name", () => {
  const cases = [
    ["xdp", XDP, "lo:egress", "an interface takes :generic, :native, :offload, :replace here"],
    ["tc", SCHED_CLS, "lo:generic", "an interface takes :ingress, :egress here"],
    ["socket", SOCKET_FILTER, "lo:ingress", 'an interface takes no suffix for section "socket"'],
    ["netkit/primary", SCHED_CLS, "lo:egress", 'an interface takes no suffix for section "netkit/primary"'],
  ] as const;
  for (const [section, type, text, choice] of cases) {
    const problem =
      `Cannot attach program "program" to "${text}": ENODEV: ${choice}, and no address has the label "${text}"`;
    assertEquals(attach(section, type, text), { result: ENODEV, target: undefined, problem });
  }
});

Deno.test("wasm_attach_bpf_program() returns ENOENT for every refused path of the host", () => {
  const cases = [
    ["sockops", SOCK_OPS, "/root", /^Cannot open cgroup "\/root": /],
    ["sk_lookup", SK_LOOKUP, "/root", /^Cannot open network namespace "\/root": /],
    ["uprobe", KPROBE, "/dev/null:f", /^Cannot open binary "\/dev\/null": EINVAL: it is not a regular file$/],
    ["uprobe//dev/null:f", KPROBE, "", /^Cannot open binary "\/dev\/null": EINVAL: /],
    ["usdt", KPROBE, "/dev/null:p:n", /^Cannot open binary "\/dev\/null": EINVAL: /],
    ["uprobe.multi", KPROBE, "/dev/null:*", /^Cannot open binary "\/dev\/null": EINVAL: /],
  ] as const;
  for (const [section, type, text, problem] of cases) {
    const refused = attach(section, type, text);
    assertEquals([refused.result, refused.target], [ENOENT, undefined]);
    assertMatch(refused.problem, problem);
  }
});
