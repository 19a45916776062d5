import { assertEquals, assertStringIncludes } from "@std/assert";
import { GUEST_KINDS } from "./kinds.ts";
import { findProblems, type ReportedProblem } from "./problems.ts";
import { factsOf, type FileTexts, mountinfo, setOf, status } from "./testdata/machine.ts";

interface Machine {
  files?: FileTexts;
  release?: string;
  effective?: bigint;
  /** The kernel's errors by kind. */
  refused?: Readonly<Record<string, string>>;
}

function problemsOf({ files = {}, refused = {}, ...process }: Machine): ReportedProblem[] {
  const kinds = GUEST_KINDS.map((kind) => ({ kind, result: { code: refused[kind.name], reason: "" } }));
  return findProblems(kinds, factsOf(files, process));
}

const ALL = GUEST_KINDS.map(({ name }) => name);
const everythingRefused = Object.fromEntries(ALL.map((name) => [name, "EPERM"]));

Deno.test("findProblems() finds none on a machine that has everything", () => {
  assertEquals(problemsOf({}), []);
});

Deno.test("findProblems() names capabilities once, with a command for this process", () => {
  const process = (text: Parameters<typeof status>[0], files: FileTexts = {}) => {
    const options = {
      files: { "/proc/self/status": status(text), ...files },
      effective: 0n,
      refused: everythingRefused,
    };
    return problemsOf(options).map(({ text, mend, kinds }) => [kinds.length, text, mend]);
  };
  const lacks = "this process lacks CAP_BPF, CAP_NET_ADMIN, CAP_NET_RAW, CAP_PERFMON, CAP_SYS_ADMIN";
  const options = "--cap-add BPF --cap-add NET_ADMIN --cap-add NET_RAW --cap-add PERFMON --cap-add SYS_ADMIN";
  assertEquals(process({ uid: 1000 }), [[
    ALL.length,
    lacks,
    "sudo wasm-bpf ..., or once: sudo setcap cap_bpf,cap_net_admin,cap_net_raw,cap_perfmon,cap_sys_admin+ep " +
    '"$(command -v wasm-bpf)"',
  ]]);
  assertEquals(process({ noNewPrivs: 1 }), [[
    ALL.length,
    lacks,
    "start it as root from a process without no_new_privs",
  ]]);
  assertEquals(process({ bounding: 0n }, { "/run/.containerenv": "" }), [[
    ALL.length,
    lacks,
    `podman run ${options} ...`,
  ]]);
  assertEquals(process({ bounding: setOf("CAP_BPF", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_PERFMON") }), [[
    ALL.length,
    lacks,
    "start it from a process whose bounding set has CAP_SYS_ADMIN",
  ]]);
});

Deno.test("findProblems() counts no capabilities of another user namespace", () => {
  const [problem] = problemsOf({ files: { "/proc/self/uid_map": "0 1000 1" }, refused: everythingRefused });
  assertEquals(problem?.kinds.length, ALL.length);
  assertEquals(
    problem?.text,
    "this process lacks CAP_BPF, CAP_NET_ADMIN, CAP_NET_RAW, CAP_PERFMON, CAP_SYS_ADMIN in the initial user namespace, where " +
      "alone capabilities count for eBPF",
  );
  assertEquals(problem?.mend, "start it outside of the user namespace");
});

Deno.test("findProblems() finds kinds that need more capabilities to attach than to load", () => {
  const [problem, ...others] = problemsOf({ effective: setOf("CAP_BPF", "CAP_PERFMON") });
  assertEquals(problem?.kinds, ["uprobe", "socket", "cgroup_skb"]);
  assertEquals(problem?.text, "this process lacks CAP_NET_ADMIN, CAP_NET_RAW, CAP_SYS_ADMIN");
  // setcap replaces capabilities that the file has.
  assertStringIncludes(problem?.mend ?? "", " cap_bpf,cap_net_admin,cap_net_raw,cap_perfmon,cap_sys_admin+ep ");
  assertEquals(others, []);
});

Deno.test("findProblems() names CAP_DAC_READ_SEARCH only for tracepoints that cannot be read", () => {
  const files = { "/sys/kernel/tracing/events/sched": undefined };
  const [problem] = problemsOf({ files, effective: setOf("CAP_SYS_ADMIN", "CAP_NET_RAW") });
  assertEquals([problem?.kinds, problem?.text], [["tracepoint"], "this process lacks CAP_DAC_READ_SEARCH"]);
});

Deno.test("findProblems() names options of the kernel and versions, before capabilities", () => {
  const withoutKprobes = GUEST_KINDS.flatMap(({ options }) => options).filter((name) => name !== "KPROBE_EVENTS");
  const config = withoutKprobes.map((name) => `CONFIG_${name}=y`).join("\n");
  const [capabilities, option] = problemsOf({
    files: { "/boot/config-6.12.0": config },
    effective: 0n,
    refused: everythingRefused,
  });
  assertEquals(capabilities?.kinds, ALL.filter((name) => name !== "kprobe"));
  assertEquals([option?.kinds, option?.text], [["kprobe"], "the kernel was built without CONFIG_KPROBE_EVENTS"]);
  assertEquals(problemsOf({ release: "6.1.0" }).map(({ kinds, text }) => [kinds, text]), [
    [["uprobe_multi", "tcx"], "Linux 6.6 or newer is needed"],
    [["kprobe_session"], "Linux 6.10 or newer is needed"],
    [["netfilter"], "Linux 6.4 or newer is needed"],
  ]);
});

Deno.test("findProblems() gives the command that mounts a file system", () => {
  const files = {
    "/proc/self/mountinfo": mountinfo(["proc /proc", "sysfs /sys"]),
    "/sys/kernel/tracing/events/sched": undefined,
  };
  assertEquals(problemsOf({ files }).map(({ kinds, text, mend }) => [kinds[0], text, mend]), [
    ["lsm_cgroup", "cgroup2 is not mounted", "sudo mount -t cgroup2 cgroup2 /sys/fs/cgroup"],
    ["tracepoint", "tracefs is not mounted", "sudo mount -t tracefs tracefs /sys/kernel/tracing"],
  ]);
  const unseen = { "/sys/kernel/btf/vmlinux": undefined, "/proc/self/mountinfo": mountinfo(["proc /proc"]) };
  const types = problemsOf({ files: unseen }).find(({ text }) => text.includes("btf"));
  assertEquals(types?.mend, "sudo mount -t sysfs sysfs /sys");
});

Deno.test("findProblems() adds bpf to the security modules", () => {
  assertEquals(problemsOf({ files: { "/sys/kernel/security/lsm": "lockdown,capability,yama" } }), [{
    kinds: ["lsm", "lsm_cgroup"],
    text: '"bpf" is not among the security modules',
    mend: "add lsm=lockdown,yama,bpf to the kernel's command line, and restart",
  }]);
});

Deno.test("findProblems() misses kinds of perf events", () => {
  const [problem] = problemsOf({ files: { "/sys/bus/event_source/devices/kprobe": undefined } });
  assertEquals([problem?.kinds, problem?.text], [["kprobe"], 'the kernel has no perf events of kind "kprobe"']);
});

Deno.test("findProblems() names seccomp and lockdown as possible reasons where they are, if no capability is missing", () => {
  const texts = (files: FileTexts) => problemsOf({ files, refused: { lsm: "EPERM" } }).map(({ text }) => text);
  assertEquals(texts({}), ["the kernel refuses it: EPERM"]);
  assertEquals(texts({ "/proc/self/status": status({ seccomp: 2 }) }), [
    "the kernel refuses it: EPERM, perhaps by the seccomp filter of this process",
  ]);
  assertEquals(texts({ "/sys/kernel/security/lockdown": "none [integrity] confidentiality" }), [
    "the kernel refuses it: EPERM, perhaps because of lockdown=integrity",
  ]);
  const confidentiality = { "/sys/kernel/security/lockdown": "none integrity [confidentiality]" };
  assertEquals(problemsOf({ files: confidentiality }).map(({ kinds, text }) => [kinds, text]), [
    [["tracepoint", "kprobe"], "lockdown=confidentiality forbids it"],
  ]);
  assertEquals(problemsOf({ refused: { lsm: "EINVAL" } }).map(({ text }) => text), ["the kernel refuses it: EINVAL"]);
});
