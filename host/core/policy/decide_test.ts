import { assertEquals } from "@std/assert";
import { AttachType, MapType, ProgramType } from "../../../object/bpf_numbers.ts";
import { HELPER } from "../../../object/helper_names.ts";
import type { AttachPoint, GateRequest, LoadedMap, LoadedProgram, ProgramDescription } from "../requests.ts";
import { decide } from "./decide.ts";
import { ALLOW_ALL, DEFAULT_POLICY, type GuestPolicy } from "./guest_policy.ts";

const OBSERVER: LoadedProgram = {
  name: "main",
  sectionName: "tp/sched/sched_switch",
  type: ProgramType.TRACEPOINT,
  expectedAttachType: 0,
  helpers: [HELPER.ringbuf_output, HELPER.probe_read_user],
  kfuncs: [],
  boundTo: undefined,
};

function load(program: Partial<LoadedProgram>, maps: readonly LoadedMap[] = []): GateRequest {
  return {
    kind: "load",
    operation: { operation: "load", kind: "object", subject: "x" },
    programs: [{ ...OBSERVER, ...program }],
    maps,
  };
}

const XDP = { name: "pass", sectionName: "xdp", type: ProgramType.XDP, expectedAttachType: AttachType.XDP };

/** A program with each effect, the refusal, and the least policy that allows it. */
const EFFECTS: readonly [program: Partial<LoadedProgram>, reason: string, hint: string, least: Partial<GuestPolicy>][] =
  [
    [XDP, 'program "pass" (xdp) changes network traffic', "--allow-network=INTERFACE", { network: ["eth0"] }],
    [
      { sectionName: "sockops", type: ProgramType.SOCK_OPS },
      'program "main" (sockops) changes network traffic',
      "--allow-network=CGROUP",
      { network: ["/sys/fs/cgroup/*"] },
    ],
    [
      { sectionName: "netfilter", type: ProgramType.NETFILTER },
      'program "main" (netfilter) changes network traffic',
      "--allow-network",
      { network: true },
    ],
    [
      { sectionName: "lsm/file_open", type: ProgramType.LSM, expectedAttachType: AttachType.LSM_MAC },
      'program "main" (lsm/file_open) can deny operations',
      "--allow-deny",
      { deny: true },
    ],
    [
      { sectionName: "fmod_ret/x", type: ProgramType.TRACING, expectedAttachType: AttachType.MODIFY_RETURN },
      'program "main" (fmod_ret/x) can deny operations',
      "--allow-deny",
      { deny: true },
    ],
    [
      { helpers: [HELPER.override_return] },
      'program "main" (tp/sched/sched_switch) changes results of kernel functions (bpf_override_return)',
      "--allow-override",
      { override: true },
    ],
    [
      { helpers: [HELPER.probe_write_user] },
      'program "main" (tp/sched/sched_switch) writes to the memory of processes (bpf_probe_write_user)',
      "--allow-write-user",
      { writeUser: true },
    ],
    [
      { helpers: [HELPER.send_signal] },
      'program "main" (tp/sched/sched_switch) sends signals (bpf_send_signal)',
      "--allow-signal",
      { signal: true },
    ],
    [
      { sectionName: "freplace/f", type: ProgramType.EXT },
      'program "main" (freplace/f) replaces a function of another program',
      "--allow-replace",
      { replace: true },
    ],
    [
      { sectionName: "struct_ops/init", type: ProgramType.STRUCT_OPS },
      'program "main" (struct_ops/init) replaces a part of the kernel',
      "--allow-struct-ops",
      { structOps: true },
    ],
    [
      { sectionName: "syscall", type: ProgramType.SYSCALL, helpers: [HELPER.sys_bpf] },
      'program "main" (syscall) changes the machine (bpf_sys_bpf)',
      "--allow-helper=bpf_sys_bpf",
      { allowHelpers: ["bpf_sys_bpf"] },
    ],
    [
      { helpers: [300] },
      'program "main" (tp/sched/sched_switch) calls helper 300, whose effects are not known',
      "--allow-helper=300",
      { allowHelpers: ["300"] },
    ],
    [
      { kfuncs: ["bpf_new"] },
      'program "main" (tp/sched/sched_switch) calls bpf_new, whose effects are not known',
      "--allow-kfunc=bpf_new",
      { allowKfuncs: ["bpf_new"] },
    ],
  ];

Deno.test("decide() allows programs that observe", () => {
  assertEquals(decide(DEFAULT_POLICY, load({})), undefined);
});

Deno.test("decide() refuses each effect, names its option, and allows it with the least policy and no other", () => {
  for (const [program, reason, hint, least] of EFFECTS) {
    assertEquals(decide(DEFAULT_POLICY, load(program)), { reason, hint: `${hint} allows it` });
    assertEquals(decide({ ...DEFAULT_POLICY, ...least }, load(program)), undefined, reason);
    assertEquals(decide(ALLOW_ALL, load(program)), undefined, reason);
    const [key = ""] = Object.keys(least);
    const others = { ...ALLOW_ALL, allowHelpers: [], allowKfuncs: [], [key]: key === "network" ? [] : false };
    const refused = decide(
      { ...others, ...(Array.isArray(Object.values(least)[0]) ? { [key]: [] } : {}) },
      load(program),
    );
    assertEquals(refused?.reason, reason);
  }
});

Deno.test("decide() lets the name of a helper or kfunc allow just that call", () => {
  const policy = { ...DEFAULT_POLICY, allowHelpers: ["bpf_send_signal"] };
  assertEquals(decide(policy, load({ helpers: [HELPER.send_signal] })), undefined);
  assertEquals(decide(policy, load({ helpers: [HELPER.send_signal_thread] }))?.hint, "--allow-signal allows it");
});

Deno.test("decide() lets a list of interfaces allow no tracing program that changes connections anywhere", () => {
  const iterator = {
    type: ProgramType.TRACING,
    expectedAttachType: AttachType.TRACE_ITER,
    kfuncs: ["bpf_sock_destroy"],
  };
  const refused = decide({ ...DEFAULT_POLICY, network: ["eth0"] }, load(iterator));
  assertEquals(refused?.hint, "--allow-network allows it");
  assertEquals(decide({ ...DEFAULT_POLICY, network: true }, load(iterator)), undefined);
});

Deno.test("decide() refuses programs whose calls are not known, unless everything is allowed", () => {
  const unknown = [{ helpers: undefined }, { kfuncs: [undefined] }];
  for (const program of unknown) {
    assertEquals(decide({ ...ALLOW_ALL, deny: false }, load(program))?.hint, "--allow-all allows it");
    assertEquals(decide(ALLOW_ALL, load(program)), undefined);
  }
});

Deno.test("decide() decides about struct_ops maps by the kernel's struct", () => {
  const map = { name: "ops", type: MapType.STRUCT_OPS, structOps: "tcp_congestion_ops", bytes: 0, stays: false };
  const policy = { ...DEFAULT_POLICY, structOps: ["hid_bpf_ops"] };
  assertEquals(decide(policy, load({}, [map])), {
    reason: 'map "ops" replaces a part of the kernel',
    hint: "--allow-struct-ops=tcp_congestion_ops allows it",
  });
  assertEquals(decide({ ...policy, structOps: ["tcp_*"] }, load({}, [map])), undefined);
  assertEquals(
    decide({ ...policy, structOps: ["tcp_*"] }, load({}, [{ ...map, structOps: undefined }]))?.hint,
    "--allow-struct-ops allows it",
  );
});

Deno.test("decide() refuses a map that would stay in the kernel without --allow-persist", () => {
  const map = { name: "ops", type: MapType.STRUCT_OPS, structOps: "x", bytes: 0, stays: true };
  assertEquals(decide({ ...ALLOW_ALL, persist: false }, load({}, [map]))?.hint, "--allow-persist allows it");
  assertEquals(decide(ALLOW_ALL, load({}, [map])), undefined);
});

Deno.test("decide() refuses an attachment that stays without --allow-persist, and names each missing option", () => {
  const call = {
    kind: "call",
    function: "bpf_tc_attach",
    point: { kind: "interface", name: "lo" },
    isNetwork: true,
    stays: true,
  } as const;
  assertEquals(decide(DEFAULT_POLICY, call), {
    reason: "it changes network traffic at interface lo and stays when the process is killed",
    hint: "--allow-network=lo --allow-persist allows it",
  });
  assertEquals(decide({ ...DEFAULT_POLICY, network: ["lo"] }, call), {
    reason: "it stays when the process is killed",
    hint: "--allow-persist allows it",
  });
  assertEquals(decide({ ...DEFAULT_POLICY, persist: true }, call)?.hint, "--allow-network=lo allows it");
  assertEquals(decide({ ...DEFAULT_POLICY, network: ["lo"], persist: true }, call), undefined);
  assertEquals(decide({ ...DEFAULT_POLICY, network: ["lo"] }, { ...call, stays: false }), undefined);
  assertEquals(decide(ALLOW_ALL, call), undefined);
});

Deno.test("decide() checks the lists of types, calls, functions and tracepoints", () => {
  const cases: [policy: Partial<GuestPolicy>, program: Partial<LoadedProgram>, reason: string][] = [
    [{ programTypes: ["kprobe"] }, {}, "has type tracepoint, which the policy does not allow"],
    [{ helpers: ["bpf_ringbuf_*"] }, {}, "calls bpf_probe_read_user, which the policy does not allow"],
    [{ kfuncs: [] }, { kfuncs: ["bpf_task_acquire"] }, "calls bpf_task_acquire, which the policy does not allow"],
    [
      { functions: ["vfs_*"] },
      { boundTo: { kind: "function", name: "do_exit" } },
      "attaches to do_exit, which the policy does not allow",
    ],
    [
      { tracepoints: ["sched/*"] },
      { boundTo: { kind: "tracepoint", name: "sys_enter" } },
      "attaches to tracepoint sys_enter, which the policy does not allow",
    ],
  ];
  for (const [policy, program, reason] of cases) {
    const refused = decide({ ...DEFAULT_POLICY, ...policy }, load(program));
    assertEquals(refused?.reason, `program "main" (tp/sched/sched_switch) ${reason}`);
    assertEquals(decide(DEFAULT_POLICY, load(program)), undefined);
  }
  const maps = [{ name: "m", type: MapType.HASH, structOps: undefined, bytes: 0, stays: false }];
  assertEquals(
    decide({ ...DEFAULT_POLICY, mapTypes: ["array"] }, load({}, maps))?.reason,
    'map "m" has type hash, which the policy does not allow',
  );
});

Deno.test("decide() refuses perf events and packet sockets that the policy excludes", () => {
  const perfEvent = (type: number): GateRequest => ({ kind: "perf_event", type, pid: -1, cpu: 0 });
  const socket: GateRequest = { kind: "socket", domain: 17, type: 3, protocol: 0 };
  assertEquals([decide(DEFAULT_POLICY, perfEvent(2)), decide(DEFAULT_POLICY, socket)], [undefined, undefined]);
  assertEquals(
    decide({ ...DEFAULT_POLICY, perfEvents: false }, perfEvent(0))?.reason,
    "the policy allows no perf events",
  );
  const tracepoints = { ...DEFAULT_POLICY, tracepoints: ["sched/*"] };
  assertEquals(decide(tracepoints, perfEvent(0)), undefined);
  assertEquals(decide(tracepoints, perfEvent(2))?.reason, "the policy allows no perf events of tracepoints");
  const all = { ...DEFAULT_POLICY, tracepoints: ["*", "!x"] };
  assertEquals(decide(all, perfEvent(2))?.reason, "the policy allows no perf events of tracepoints");
  assertEquals(
    decide({ ...DEFAULT_POLICY, packetSockets: false }, socket)?.reason,
    "the policy allows no packet sockets",
  );
});

Deno.test("decide() decides about places of attachments", () => {
  const place = { kind: "section" } as const;
  const program = { name: "main", sectionName: "xdp", type: ProgramType.XDP, expectedAttachType: AttachType.XDP };
  const tracer = { ...program, type: ProgramType.KPROBE };
  const at = (point: AttachPoint, who: ProgramDescription = program): GateRequest => ({
    kind: "attach",
    program: who,
    place,
    point,
  });
  const network = (list: true | string[]) => ({ ...DEFAULT_POLICY, network: list });
  const eth0: AttachPoint = { kind: "interface", name: "eth0" };
  assertEquals(decide(network(["eth?"]), at(eth0)), undefined);
  assertEquals(decide(network(["lo"]), at(eth0)), {
    reason: "it changes network traffic at interface eth0",
    hint: "--allow-network=eth0 allows it",
  });
  assertEquals(decide(network(["*"]), at({ kind: "interface", name: undefined }))?.hint, "--allow-network allows it");
  assertEquals(decide(network(["/x"]), at({ kind: "namespace", path: "/y" }))?.hint, "--allow-network=/y allows it");
  for (const kind of ["netfilter", "other"] as const) {
    assertEquals(decide(network(["*"]), at({ kind }))?.hint, "--allow-network allows it");
    assertEquals(decide(network(true), at({ kind })), undefined);
  }
  assertEquals(decide(network(["eth0"]), at({ kind: "sockmap" })), undefined);
  const cases: [policy: Partial<GuestPolicy>, point: AttachPoint, words: string][] = [
    [{ functions: ["vfs_*"] }, { kind: "function", name: "do_exit" }, "do_exit"],
    [{ functions: ["do_exit"] }, { kind: "function", name: "do_exit+16" }, "do_exit+16"],
    [{ functions: ["*", "!do_exit"] }, { kind: "function", name: "do_fork+16" }, "do_fork+16"],
    [{ functions: ["*", "!do_exit"] }, { kind: "function", name: "vmlinux:do_exit" }, "vmlinux:do_exit"],
    [{ functions: ["vfs_?"] }, { kind: "function", name: "vfs_*", isPattern: true }, "vfs_*"],
    [{ tracepoints: [] }, { kind: "tracepoint", name: "a/b" }, "tracepoint a/b"],
    [{ tracepoints: ["*", "!x"] }, { kind: "tracepoint", name: "*" }, "tracepoint *"],
    [{ binaries: ["/usr/*"] }, { kind: "binary", path: "/bin/x" }, "/bin/x"],
    [{ interfaces: ["lo"] }, eth0, "interface eth0"],
    [{ cgroups: ["/a"] }, { kind: "cgroup", path: "/b" }, "/b"],
  ];
  for (const [policy, point, words] of cases) {
    assertEquals(
      decide({ ...DEFAULT_POLICY, ...policy }, at(point, tracer))?.reason,
      `the policy does not allow ${words}`,
    );
    assertEquals(decide(DEFAULT_POLICY, at(point, tracer)), undefined);
  }
});
