import { assertEquals, assertMatch } from "@std/assert";
import { AttachType, ProgramType } from "../../ffi/mod.ts";
import { FakeGuest } from "./fake_guest.ts";

const EINVAL = -22;

/** Attaches a program of this section and type. @returns the result, what is attached, and what was reported. */
function attach(sectionName: string, type: number, text: string, expectedAttachType = 0) {
  const programs = [{ name: "program", sectionName, type, expectedAttachType }];
  using guest = new FakeGuest({ programs, maps: [{ name: "sockets" }] });
  const handle = guest.load();
  const before = guest.libbpf.openDescriptors.size;
  const result = guest.call("wasm_attach_bpf_program", handle, guest.put(0x100, "program"), guest.put(0x200, text));
  // Whatever was opened to reach the target is closed again.
  assertEquals(guest.libbpf.openDescriptors.size, before);
  const target = guest.libbpf.attached[0]?.target;
  assertEquals(guest.call("wasm_close_bpf_object", handle), 0);
  assertEquals(guest.libbpf.attached, []);
  return { result, target, problem: guest.problems.join("\n") };
}

const { KPROBE, XDP, SCHED_CLS, SOCK_OPS, CGROUP_SKB, LSM, TRACEPOINT, RAW_TRACEPOINT, PERF_EVENT } = ProgramType;
const { SOCKET_FILTER, SK_LOOKUP, FLOW_DISSECTOR, NETFILTER, TRACING, SK_MSG } = ProgramType;

const READ: readonly (readonly [section: string, type: number, text: string, target: Record<string, unknown>])[] = [
  ["xdp", XDP, "", { kind: "section" }],
  ["xdp", XDP, "lo", { kind: "xdp", ifindex: 1 }],
  ["tc", SCHED_CLS, "lo", { kind: "tc", ifindex: 1 }],
  ["tcx/egress", SCHED_CLS, "lo", { kind: "tcx", ifindex: 1 }],
  ["netkit/peer", SCHED_CLS, "lo", { kind: "netkit", ifindex: 1 }],
  ["socket", SOCKET_FILTER, "lo", { kind: "socket", ifindex: 1 }],
  ["kprobe", KPROBE, "do_exit", { kind: "kprobe", function: "do_exit", offset: 0, retprobe: false }],
  ["kprobe", KPROBE, "do_exit+0x10", { kind: "kprobe", function: "do_exit", offset: 16, retprobe: false }],
  ["kretprobe", KPROBE, "do_exit", { kind: "kprobe", function: "do_exit", offset: 0, retprobe: true }],
  ["ksyscall", KPROBE, "openat", { kind: "ksyscall", name: "openat", retprobe: false }],
  ["kretsyscall", KPROBE, "openat", { kind: "ksyscall", name: "openat", retprobe: true }],
  ["uprobe", KPROBE, "/a:b:main", {
    kind: "uprobe",
    binary: "/a:b",
    retprobe: false,
    pid: -1,
    function: "main",
    offset: 0,
  }],
  ["uprobe.s", KPROBE, "/a:0x40", { kind: "uprobe", binary: "/a", retprobe: false, pid: -1, offset: 64 }],
  [
    "uretprobe",
    KPROBE,
    "libc.so.6:f+8",
    { kind: "uprobe", binary: "libc.so.6", retprobe: true, pid: -1, function: "f", offset: 8 },
  ],
  ["usdt", KPROBE, "/a:b:c", { kind: "usdt", binary: "/a", provider: "b", name: "c", pid: -1 }],
  ["tp", TRACEPOINT, "sched/sched_switch", { kind: "tracepoint", category: "sched", name: "sched_switch" }],
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

Deno.test("wasm_attach_bpf_program() opens cgroups and namespaces for as long as it takes", () => {
  assertEquals(attach("sockops", SOCK_OPS, "/cgroup/a").target?.kind, "cgroup");
  assertEquals(attach("cgroup_skb/egress", CGROUP_SKB, "/cgroup").target?.kind, "cgroup");
  assertEquals(attach("lsm_cgroup/x", LSM, "/cgroup", AttachType.LSM_CGROUP).target?.kind, "cgroup");
  assertEquals(attach("sk_lookup", SK_LOOKUP, "/netns/a").target?.kind, "netns");
  assertEquals(attach("flow_dissector", FLOW_DISSECTOR, "/netns/a").target?.kind, "netns");
  assertEquals(attach("sk_msg", SK_MSG, "sockets").target?.kind, "sockmap");
});

const MISREAD: readonly (readonly [section: string, type: number, text: string])[] = [
  ["lsm/file_open", LSM, "/cgroup"],
  ["kprobe", KPROBE, "f+x"],
  ["kprobe", KPROBE, "f+-1"],
  ["kprobe", KPROBE, "f+99999999999999999999"],
  ["uprobe", KPROBE, "/bin/true"],
  ["uprobe", KPROBE, ":main"],
  ["uprobe", KPROBE, "/a:"],
  ["uprobe", KPROBE, "/a:+1"],
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
  Deno.test(`wasm_attach_bpf_program() refuses "${text}" for section ${section} and says why`, () => {
    const { result, target, problem } = attach(section, type, text);
    assertEquals([result, target], [EINVAL, undefined]);
    assertMatch(problem, /^Cannot attach program "program" to ".*": EINVAL: \S.*$/);
  });
}
