/**
 * Attaches every kind of program and checks that it runs in this kernel, or that one line gives the reason for a refusal.
 * Runs in a virtual machine (tests/vm/run.sh). One process runs all tests, because an emulated machine takes more than a
 * second to start one.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { type AttachTarget, BpfError, type BpfObject, type Libbpf, openLibbpf } from "../../mod.ts";
import { run } from "../kernel/command.ts";
import { connect } from "../kernel/connect.ts";
import { kernelOptions, promises, type Requirement } from "./kernel.ts";

const BUILT = new URL("../../.build/vm/", import.meta.url).pathname;
const CGROUP = "/sys/fs/cgroup";
const LOOPBACK = 1;
/** The time limit for the first run of a program. */
const DEADLINE_MS = 120_000;

/** A kind of program, the function on_NAME of features.bpf.c. */
interface Feature extends Requirement {
  /** The target. By default it is the one in the section's name. */
  readonly target?: (libbpf: Libbpf, object: BpfObject) => AttachTarget;
  /** Makes it run. Without it, the program is only attached. */
  readonly trigger?: () => Promise<unknown>;
  /** Another program that must be attached to this cgroup. */
  readonly with?: string;
  /** The message of a kernel that lacks the feature. */
  readonly refused?: RegExp;
}

const execute = (path = "/bin/true") => run(path, []);
const probed = () => execute(`${BUILT}target`);
const open = async () => (await Deno.open("/dev/zero")).close();
const readSysctl = () => Deno.readTextFile("/proc/sys/kernel/hostname");
/** Sends a packet that makes the kernel dissect its flow: an echo request without a hash, with packet steering enabled. */
const steer = () =>
  run("sh", ["-c", "echo 3 >/sys/class/net/lo/queues/rx-0/rps_cpus; busybox ping -c 1 -W 1 127.0.0.1"]);

const cgroup = (libbpf: Libbpf): AttachTarget => ({ kind: "cgroup", fd: libbpf.openCgroup(CGROUP) });
const netns = (libbpf: Libbpf): AttachTarget => ({
  kind: "netns",
  fd: libbpf.openNetworkNamespace("/proc/self/ns/net"),
});
const binary = { binary: `${BUILT}target`, pid: -1 };

/** The sockhash of the object, for programs that its sockets run. */
function sockets(_: Libbpf, object: BpfObject): AttachTarget {
  const map = object.findMap("sockets");
  assert(map !== undefined);
  return { kind: "sockmap", map };
}

const uprobe = (retprobe: boolean): AttachTarget => ({
  kind: "uprobe",
  ...binary,
  function: "main",
  offset: 0,
  retprobe,
});
const uprobeMulti = (retprobe: boolean): AttachTarget => ({
  kind: "uprobe_multi",
  ...binary,
  place: { pattern: "m?i*" },
  retprobe,
});

const OLD = "5.10";

const FEATURES: Readonly<Record<string, Feature>> = {
  tracepoint: { since: OLD, trigger: execute },
  raw_tracepoint: { since: OLD, trigger: execute },
  btf_tracepoint: { since: OLD, trigger: execute },
  perf_event: {
    since: OLD,
    target: () => ({ kind: "perf_event", event: "cpu-clock", frequencyHz: 99 }),
    trigger: execute,
  },
  kprobe: { since: OLD, trigger: execute },
  kretprobe: { since: OLD, trigger: execute },
  kprobe_multi: {
    since: "5.18",
    option: "FPROBE",
    trigger: execute,
    refused: /: E(INVAL|OPNOTSUPP): prog 'on_kprobe_multi': failed to attach: .* \(hint: kprobe\.multi needs /,
  },
  kretprobe_multi: {
    since: "5.18",
    option: "FPROBE",
    trigger: execute,
    refused: /: E(INVAL|OPNOTSUPP): prog 'on_kretprobe_multi': failed to attach: .* \(hint: kprobe\.multi needs /,
  },
  kprobe_session: {
    since: "6.10",
    option: "FPROBE",
    trigger: execute,
    refused: /: EINVAL: prog 'on_kprobe_session': failed to attach: .* \(hint: kprobe\.session needs Linux 6\.10; /,
  },
  ksyscall: { since: OLD, trigger: execute },
  kretsyscall: { since: OLD, trigger: execute },
  fentry: { since: OLD, trigger: execute },
  fexit: { since: OLD, trigger: execute },
  fmod_ret: { since: OLD, trigger: open },
  uprobe: { since: OLD, target: () => uprobe(false), trigger: probed },
  uretprobe: { since: OLD, target: () => uprobe(true), trigger: probed },
  // A shared library, or a program for any address, in all its processes.
  usdt: {
    since: "5.15",
    target: () => ({ kind: "usdt", ...binary, provider: "wasm_bpf", name: "tick" }),
    trigger: probed,
    refused:
      /: EOPNOTSUPP: usdt: attaching to shared libraries without specific PID is not supported on current kernel \(hint: usdt for all processes .* needs Linux 5\.15; /,
  },
  uprobe_multi: {
    since: "6.6",
    target: () => uprobeMulti(false),
    trigger: probed,
    refused:
      /: EINVAL: prog 'on_uprobe_multi': failed to attach multi-uprobe: .* \(hint: uprobe\.multi needs Linux 6\.6; /,
  },
  uretprobe_multi: {
    since: "6.6",
    target: () => uprobeMulti(true),
    trigger: probed,
    refused:
      /: EINVAL: prog 'on_uretprobe_multi': failed to attach multi-uprobe: .* \(hint: uprobe\.multi needs Linux 6\.6; /,
  },
  lsm: { since: OLD, option: "BPF_LSM", trigger: open },
  lsm_sleepable: {
    since: "5.11",
    option: "BPF_LSM",
    trigger: open,
    refused:
      /: EINVAL: prog 'on_lsm_sleepable': bpf_lsm_file_open is not sleepable \(hint: a sleepable program .* needs Linux 5\.11; /,
  },
  lsm_cgroup: {
    since: "6.0",
    option: "BPF_LSM",
    target: cgroup,
    trigger: connect,
    refused: /: EINVAL: prog 'on_lsm_cgroup': BPF program load failed: .* \(hint: lsm_cgroup needs Linux 6\.0; /,
  },
  xdp: { since: OLD, target: () => ({ kind: "xdp", ifindex: LOOPBACK }), trigger: connect },
  tc: { since: OLD, target: () => ({ kind: "tc", ifindex: LOOPBACK }), trigger: connect },
  tcx: {
    since: "6.6",
    target: () => ({ kind: "tcx", ifindex: LOOPBACK }),
    trigger: connect,
    refused: /: EINVAL: invalid argument \(hint: tcx needs Linux 6\.6; /,
  },
  socket: { since: OLD, target: () => ({ kind: "socket", ifindex: LOOPBACK }), trigger: connect },
  sk_lookup: { since: OLD, target: netns, trigger: connect },
  flow_dissector: { since: OLD, target: netns, trigger: steer },
  netfilter: {
    since: "6.4",
    target: () => ({ kind: "netfilter", family: 2, hook: 1, priority: -100 }),
    trigger: connect,
    refused: /: EINVAL: prog 'on_netfilter': BPF program load failed: .* \(hint: netfilter needs Linux 6\.4; /,
  },
  sk_msg: { since: OLD, with: "fill_sockets", target: sockets, trigger: connect },
  sk_skb: { since: OLD, with: "fill_sockets", target: sockets, trigger: connect },
  sockops: { since: OLD, target: cgroup, trigger: connect },
  cgroup_skb: { since: OLD, target: cgroup, trigger: connect },
  cgroup_sock: { since: OLD, target: cgroup, trigger: connect },
  cgroup_connect: { since: OLD, target: cgroup, trigger: connect },
  cgroup_getsockopt: { since: OLD, target: cgroup, trigger: connect },
  cgroup_sysctl: { since: OLD, target: cgroup, trigger: readSysctl },
  cgroup_device: { since: OLD, target: cgroup, trigger: open },
  iterator: { since: OLD },
};

/** The number of runs that the programs of `object` counted. */
function runs(object: BpfObject): bigint {
  const value = object.findMap("runs")?.lookup(new Uint8Array(4));
  assert(value !== undefined);
  return new DataView(value.buffer).getBigUint64(0, true);
}

/** Triggers until the program has run: a probe can come late to a process that has just begun. */
async function waitForRun(object: BpfObject, trigger: () => Promise<unknown>): Promise<void> {
  const deadline = Date.now() + DEADLINE_MS;
  while (runs(object) === 0n) {
    assert(Date.now() < deadline, "attached, but it never ran");
    await trigger();
  }
}

/** Loads and attaches one program of `object`, and waits until it has run. */
async function seeRunning(libbpf: Libbpf, object: BpfObject, name: string, feature: Feature): Promise<void> {
  const wanted = [`on_${name}`, feature.with];
  for (const program of object.programs()) program.autoload = wanted.includes(program.name);
  object.load();
  if (feature.with !== undefined) object.findProgram(feature.with)?.attach(cgroup(libbpf));
  const link = object.findProgram(`on_${name}`)?.attach(feature.target?.(libbpf, object));
  assert(link !== undefined, "the object has no such program");
  if (feature.trigger !== undefined) await waitForRun(object, feature.trigger);
  link[Symbol.dispose]();
}

/** Leaves a line for tests/vm/table.ts, which makes the tables of docs/kernels.md. */
function recordOutcome(name: string, outcome: string): void {
  Deno.writeTextFileSync("/run/vm/outcomes", `${name} ${outcome}\n`, { append: true });
}

const bytes = Deno.readFileSync(new URL("../../.build/guests/features.bpf.o", import.meta.url));

for (const [name, feature] of Object.entries(FEATURES)) {
  Deno.test(`${name}: runs, or the kernel reports that it lacks it`, async () => {
    using libbpf = openLibbpf();
    using object = libbpf.openObject(bytes, { name: "features" });
    try {
      await seeRunning(libbpf, object, name, feature);
      recordOutcome(name, "works");
    } catch (error) {
      if (!(error instanceof BpfError) || promises(feature)) throw error;
      assertMatch(error.message, feature.refused ?? /^$/);
      recordOutcome(name, error.code);
    }
  });
}

Deno.test("every program of features.bpf.c is tested", () => {
  using libbpf = openLibbpf();
  using object = libbpf.openObject(bytes, { name: "features" });
  const programs = object.programs().map(({ name }) => name).filter((name) => name !== "fill_sockets");
  assertEquals(programs.sort(), Object.keys(FEATURES).map((name) => `on_${name}`).sort());
});

/** The rows of the table of options in docs/kernels.md: names of programs, and options without CONFIG_. */
function documentedNeeds(): [programs: string[], options: string[]][] {
  const document = Deno.readTextFileSync(new URL("../../docs/kernels.md", import.meta.url));
  const table = /<!-- needs -->(.*?)<!-- end of needs -->/s.exec(document)?.[1] ?? "";
  return [...table.matchAll(/^\| (`.*?) \| (.*?) \|/gm)].map(([, programs = "", options = ""]) => [
    [...programs.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name),
    [...options.matchAll(/`CONFIG_(\w+)`/g)].map(([, name = ""]) => name),
  ]);
}

Deno.test("docs/kernels.md names the options of every program, and this kernel has those of the programs that it runs", () => {
  const needs = documentedNeeds();
  assertEquals(needs.flatMap(([programs]) => programs).sort(), Object.keys(FEATURES).sort());
  const here = kernelOptions();
  for (const [programs, options] of needs) {
    if (!programs.some((name) => FEATURES[name] !== undefined && promises(FEATURES[name]))) continue;
    assertEquals(options.filter((name) => !here.has(name)), [], programs.join(", "));
  }
});
