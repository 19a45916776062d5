/** Tests that calls of version 2 lead past no policy: each changes a program, or loads and attaches one, in another way. */

import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { AttachType, ProgramType } from "../../ffi/mod.ts";
import type { GuestPolicy } from "../../host/core/policy/guest_policy.ts";
import { HELPER } from "../../object/helper_names.ts";
import { ObjectEditor } from "../../object/testdata/edit_object.ts";
import { compileSmall } from "../../object/testdata/hostile.ts";
import { cgroupRoot, mountAll } from "./mounts.ts";
import { code, instruction, PolicyGuest, REFUSED } from "./policy_guest.ts";

mountAll();

const LOOPBACK = 1;
const SEND_SIGNAL = "static long (*send_signal)(u32) = (void *)109;";
const PASS = compileSmall(`SEC("xdp") int pass(void *ctx) { return 2; }`);
const MOV = 0xb7;
const CALL = 0x85;
const EXIT = 0x95;
const RETURN_0 = code(instruction(MOV), instruction(EXIT));

/** `r1 = 0; call HELPER; r0 = 0; exit`. */
function calling(helper: number, source = 0): Uint8Array {
  return code(instruction(MOV, { target: 1 }), instruction(CALL, { value: helper, source }), RETURN_0);
}

/** Loads raw instructions. */
function loadRaw(guest: PolicyGuest, type: number, instructions: Uint8Array, opts: number | Uint8Array = 0): number {
  return guest.call("bpf_prog_load", type, "raw", "GPL", instructions, instructions.length / 8, opts);
}

Deno.test("a program that the guest switches on after opening is decided at load", () => {
  const object = compileSmall(`${SEND_SIGNAL} SEC("?raw_tp/sys_enter") int hidden(void *ctx) { return send_signal(0); }
    SEC("raw_tp/sys_enter") int shown(void *ctx) { return 0; }`);
  using guest = new PolicyGuest();
  const handle = guest.open(object);
  assertEquals(guest.call("bpf_program__set_autoload", guest.program(handle, "hidden"), 1), 0);
  assertEquals(guest.call("bpf_object__load", handle), REFUSED);
  assertEquals(guest.problems, [
    'Cannot load object "guest": EPERM: program "hidden" (raw_tp/sys_enter) sends signals (bpf_send_signal) ' +
    "(hint: --allow-signal allows it)",
  ]);
  const other = guest.open(object);
  assertEquals(guest.call("bpf_object__load", other), 0);
});

Deno.test("a program that the guest leaves out is not decided", () => {
  const object = compileSmall(`SEC("xdp") int pass(void *ctx) { return 2; }
    SEC("raw_tp/sys_enter") int trace(void *ctx) { return 0; }`);
  using guest = new PolicyGuest();
  const handle = guest.open(object);
  guest.call("bpf_program__set_autoload", guest.program(handle, "pass"), 0);
  assertEquals([guest.call("bpf_object__load", handle), guest.problems], [0, []]);
});

Deno.test("a program is decided by the type and the attach type that the guest gives it", () => {
  const object = compileSmall(`SEC("raw_tp/sys_enter") int trace(void *ctx) { return 2; }`);
  const changes: [type: number, attachType: number, words: RegExp][] = [
    [ProgramType.XDP, AttachType.XDP, /changes network traffic/],
    [ProgramType.CGROUP_SKB, AttachType.CGROUP_INET_EGRESS, /changes network traffic/],
    [ProgramType.TRACING, AttachType.MODIFY_RETURN, /can deny operations/],
    [ProgramType.LSM, AttachType.LSM_MAC, /can deny operations/],
    [ProgramType.EXT, 0, /replaces a function of another program/],
    [ProgramType.STRUCT_OPS, 0, /replaces a part of the kernel/],
    [ProgramType.RAW_TRACEPOINT_WRITABLE, 0, /changes results of kernel functions/],
    [77, 0, /has a type whose effects are not known/],
  ];
  for (const [type, attachType, words] of changes) {
    using guest = new PolicyGuest();
    const handle = guest.open(object);
    const program = guest.program(handle, "trace");
    assertEquals(guest.call("bpf_program__set_type", program, type), 0);
    assertEquals(guest.call("bpf_program__set_expected_attach_type", program, attachType), 0);
    assertEquals(guest.call("bpf_object__load", handle), REFUSED);
    assertMatch(guest.problems.join(), words);
  }
});

Deno.test("a call that libbpf makes a call of a kernel function is decided by its symbol, not by its number", () => {
  const object = new ObjectEditor(compileSmall(`extern void bpf_sock_destroy(void *sk) SEC(".ksyms");
    SEC("raw_tp/sys_enter") int hidden(void *ctx) { bpf_sock_destroy(ctx); return 0; }`));
  const calls = [...object.bytes.keys()].filter((at) => at % 8 === 0 && object.bytes[at] === CALL);
  for (const at of calls) object.bytes.set(new Uint8Array(new Int32Array([HELPER.ktime_get_ns]).buffer), at + 4);
  for (const at of calls) object.bytes[at + 1] = 0;
  using guest = new PolicyGuest();
  assertEquals(guest.call("bpf_object__load", guest.open(object.bytes)), REFUSED);
  assertMatch(guest.problems.join(), /changes network traffic \(bpf_sock_destroy\)/);
});

Deno.test("a program's target is its function, without the beginning of a module's name", () => {
  for (const target of ["do_exit", "vmlinux:do_exit", "v:do_exit", ":do_exit"]) {
    const object = compileSmall(`SEC("fentry/${target}") int enter(void *ctx) { return 0; }`);
    using guest = new PolicyGuest({ functions: ["*", "!do_exit"] });
    assertEquals([target, guest.call("bpf_object__load", guest.open(object))], [target, REFUSED]);
    assertMatch(guest.problems.join(), /attaches to do_exit, which the policy does not allow/);
  }
});

Deno.test("bpf_prog_load() is decided by the instructions, the type and the attach type", () => {
  using guest = new PolicyGuest();
  assert(loadRaw(guest, ProgramType.RAW_TRACEPOINT, RETURN_0) >= 0, guest.problems.join());
  assertEquals(loadRaw(guest, ProgramType.RAW_TRACEPOINT, calling(HELPER.send_signal)), REFUSED);
  assertEquals(loadRaw(guest, ProgramType.KPROBE, calling(HELPER.override_return)), REFUSED);
  assertEquals(loadRaw(guest, ProgramType.RAW_TRACEPOINT, calling(5000)), REFUSED);
  assertEquals(loadRaw(guest, ProgramType.SYSCALL, calling(HELPER.sys_bpf)), REFUSED);
  assertEquals(loadRaw(guest, ProgramType.XDP, RETURN_0), REFUSED);
  const modify = guest.struct("bpf_prog_load_opts", { expected_attach_type: AttachType.MODIFY_RETURN });
  assertEquals(loadRaw(guest, ProgramType.TRACING, RETURN_0, modify), REFUSED);
  assertEquals(guest.problems.map((line) => line.replace(/.*EPERM: program "raw" /, "")), [
    "(raw_tracepoint) sends signals (bpf_send_signal) (hint: --allow-signal allows it)",
    "(kprobe) changes results of kernel functions (bpf_override_return) (hint: --allow-override allows it)",
    "(raw_tracepoint) calls helper 5000, whose effects are not known (hint: --allow-helper=5000 allows it)",
    "(syscall) changes the machine (bpf_sys_bpf) (hint: --allow-helper=bpf_sys_bpf allows it)",
    "(xdp) changes network traffic (hint: --allow-network=INTERFACE allows it)",
    "(tracing) can deny operations (hint: --allow-deny allows it)",
  ]);
  using allowed = new PolicyGuest({ signal: true });
  assert(loadRaw(allowed, ProgramType.RAW_TRACEPOINT, calling(HELPER.send_signal)) >= 0, allowed.problems.join());
});

Deno.test("bpf_prog_load() refuses a kernel function that is called by the number of its type", () => {
  const PSEUDO_KFUNC_CALL = 2;
  using guest = new PolicyGuest();
  assertEquals(loadRaw(guest, ProgramType.SYSCALL, calling(1, PSEUDO_KFUNC_CALL)), REFUSED);
  assertMatch(guest.problems.join(), /calls a function of the kernel by its number \(hint: --allow-all allows it\)$/);
});

Deno.test("bpf_prog_load() with the number of a target needs a list that allows every target", () => {
  const ways: [attachType: number, change: Partial<GuestPolicy>][] = [
    [AttachType.TRACE_FENTRY, { functions: ["*", "!do_exit"] }],
    [AttachType.TRACE_RAW_TP, { tracepoints: ["*", "!sys_enter"] }],
  ];
  for (const [expected_attach_type, change] of ways) {
    using guest = new PolicyGuest(change);
    const opts = guest.struct("bpf_prog_load_opts", { expected_attach_type, attach_btf_id: 77 });
    assertEquals(loadRaw(guest, ProgramType.TRACING, RETURN_0, opts), REFUSED);
    assertMatch(guest.problems.join(), /attaches to (tracepoint )?\*, which the policy does not allow/);
  }
});

Deno.test("a probe with an offset needs a list that allows every function", () => {
  const object = compileSmall(`SEC("kprobe/do_exit+4") int probe(void *ctx) { return 0; }`);
  using guest = new PolicyGuest({ functions: ["do_exit"] });
  const { program } = guest.load(object, "probe");
  const opts = guest.struct("bpf_kprobe_opts", { offset: 4096 });
  const refusal = /EPERM: the policy does not allow do_exit\+\d+$/;
  assertEquals(guest.call("bpf_program__attach", program), REFUSED);
  assertMatch(guest.problems.join(), refusal);
  guest.problems.length = 0;
  assertEquals(guest.call("bpf_program__attach_kprobe_opts", program, "do_exit", opts), REFUSED);
  assertMatch(guest.problems.join(), refusal);
});

Deno.test("bpf_map_create() makes no struct_ops without a permission", () => {
  const STRUCT_OPS = 26;
  using guest = new PolicyGuest();
  assertEquals(guest.call("bpf_map_create", STRUCT_OPS, "ops", 4, 8, 1, 0), REFUSED);
  using restricted = new PolicyGuest({ mapTypes: ["hash"] });
  assert(restricted.call("bpf_map_create", 1, "map", 4, 8, 1, 0) >= 0);
  assertEquals(restricted.call("bpf_map_create", 2, "map", 4, 8, 1, 0), REFUSED);
  assertEquals(restricted.problems, [
    'Cannot create map "map": EPERM: map "map" has type array, which the policy does not allow',
  ]);
});

Deno.test("an interface outside the list is refused in every way to attach a program", () => {
  using guest = new PolicyGuest({ network: ["wb_other*"] });
  const { program, fd } = guest.load(PASS, "pass");
  const hook = guest.struct("bpf_tc_hook", { ifindex: LOOPBACK, attach_point: 1 });
  const options = guest.struct("bpf_tc_opts", { prog_fd: fd });
  const live = guest.struct("bpf_test_run_opts", { flags: 2 });
  const ways: [name: string, ...values: (number | Uint8Array)[]][] = [
    ["bpf_program__attach_xdp", program, LOOPBACK],
    ["bpf_program__attach_tcx", program, LOOPBACK, 0],
    ["bpf_program__attach_netkit", program, LOOPBACK, 0],
    ["bpf_link_create", fd, LOOPBACK, AttachType.XDP, 0],
    ["bpf_link_create", fd, LOOPBACK, AttachType.TCX_INGRESS, 0],
    ["bpf_prog_attach", fd, LOOPBACK, AttachType.TCX_INGRESS, 0],
    ["bpf_xdp_attach", LOOPBACK, fd, 0, 0],
    ["bpf_xdp_attach", LOOPBACK, -1, 0, 0],
    ["bpf_xdp_detach", LOOPBACK, 0, 0],
    ["bpf_tc_attach", hook, options],
    ["bpf_tc_detach", hook, options],
    ["bpf_tc_hook_create", hook],
    ["bpf_tc_hook_destroy", hook],
    ["bpf_prog_test_run_opts", fd, live],
  ];
  for (const [name, ...values] of ways) {
    guest.problems.length = 0;
    // A function without a request of its own gives no reason, which would be a hole.
    assertEquals([name, guest.call(name, ...values)], [name, REFUSED]);
    assertMatch(
      guest.problems.join(),
      /EPERM: it changes network traffic.* \(hint: --allow-network(=lo)?( --allow-persist)? allows it\)$/,
    );
  }
  guest.problems.length = 0;
  assertEquals(guest.call("bpf_program__attach_xdp", program, 999_999), REFUSED);
});

Deno.test("an interface in the list is reached in the kernel", () => {
  using guest = new PolicyGuest({ network: ["l?"], persist: true });
  const { program, fd } = guest.load(PASS, "pass");
  // Another test may have a program there. Then the kernel refuses.
  for (
    const result of [
      guest.call("bpf_program__attach_xdp", program, LOOPBACK),
      guest.call("bpf_xdp_attach", LOOPBACK, fd, 2, 0),
    ]
  ) {
    assertNotEquals(result, REFUSED);
  }
});

Deno.test("an attachment without a link is refused without persist, in every way", () => {
  using guest = new PolicyGuest({ network: true });
  const { program, fd } = guest.load(PASS, "pass");
  const probe = compileSmall(`SEC("kprobe") int probe(void *ctx) { return 0; }
    SEC("uprobe") int user(void *ctx) { return 0; }`);
  const handle = guest.open(probe);
  assertEquals(guest.call("bpf_object__load", handle), 0);
  const [onKernel, onUser] = [guest.program(handle, "probe"), guest.program(handle, "user")];
  const LEGACY = 1;
  const hook = guest.struct("bpf_tc_hook", { ifindex: LOOPBACK, attach_point: 1 });
  const options = guest.struct("bpf_tc_opts", { prog_fd: fd });
  const kprobe = guest.struct("bpf_kprobe_opts", { attach_mode: LEGACY });
  const uprobe = guest.struct("bpf_uprobe_opts", { attach_mode: LEGACY });
  const ways: [name: string, ...values: (number | string | Uint8Array)[]][] = [
    ["bpf_tc_attach", hook, options],
    ["bpf_xdp_attach", LOOPBACK, fd, 0, 0],
    ["bpf_prog_attach", fd, LOOPBACK, AttachType.TCX_INGRESS, 0],
    ["bpf_program__attach_kprobe_opts", onKernel, "do_exit", kprobe],
    ["bpf_program__attach_uprobe_opts", onUser, -1, "/bin/sh", 0x1000, uprobe],
  ];
  for (const [name, ...values] of ways) {
    guest.problems.length = 0;
    assertEquals([name, guest.call(name, ...values)], [name, REFUSED]);
    assertMatch(
      guest.problems.join(),
      /EPERM: it stays when the process is killed \(hint: --allow-persist allows it\)$/,
    );
  }
  assertEquals(guest.call("bpf_xdp_attach", 999_999, -1, 0, 0) === REFUSED, false);
  assertNotEquals(guest.call("bpf_program__attach_xdp", program, LOOPBACK), REFUSED);
});

Deno.test("a cgroup is decided by its real path, whatever the guest calls it", () => {
  const cgroup = `${cgroupRoot()}/wasm_bpf_policy_${Deno.pid}`;
  Deno.mkdirSync(cgroup);
  const ops = compileSmall(`SEC("sockops") int ops(void *ctx) { return 1; }`);
  try {
    for (const [network, expected] of [[[`${cgroup}/*`], REFUSED], [[cgroup], 0], [true, 0]] as const) {
      using guest = new PolicyGuest({ network, persist: true }, { directory: cgroup });
      const { program, fd } = guest.load(ops, "ops");
      const DIRECTORY = 3;
      const link = guest.call("bpf_program__attach_cgroup", program, DIRECTORY);
      assertEquals(link < 0 ? link : 0, expected, guest.problems.join());
      const attached = guest.call("bpf_prog_attach", fd, DIRECTORY, AttachType.CGROUP_SOCK_OPS, 2);
      assertEquals(attached < 0 ? attached : 0, expected, guest.problems.join());
      const created = guest.call("bpf_link_create", fd, DIRECTORY, AttachType.CGROUP_SOCK_OPS, 0);
      assertEquals(created < 0 ? created : 0, expected, guest.problems.join());
      if (expected === REFUSED) {
        assertEquals(
          guest.problems[0],
          `Cannot attach "ops": EPERM: it changes network traffic at ${cgroup} (hint: --allow-network=${cgroup} allows it)`,
        );
      }
    }
  } finally {
    Deno.removeSync(cgroup);
  }
});

Deno.test("a list of functions and tracepoints decides about sections, targets at run time, and calls by descriptors", () => {
  const object = compileSmall(`SEC("raw_tp/sys_enter") int raw(void *ctx) { return 0; }
    SEC("tp/sched/sched_switch") int tp(void *ctx) { return 0; }`);
  using guest = new PolicyGuest({ tracepoints: ["sched/sched_process_*", "sched_process_exec"] });
  const handle = guest.open(object);
  assertEquals(guest.call("bpf_object__load", handle), 0, guest.problems.join());
  const [raw, tp] = [guest.program(handle, "raw"), guest.program(handle, "tp")];
  const rawFd = guest.call("bpf_program__fd", raw);
  assertEquals(guest.call("bpf_program__attach", raw), REFUSED);
  assertEquals(guest.call("bpf_program__attach", tp), REFUSED);
  assertEquals(guest.call("bpf_program__attach_raw_tracepoint", raw, "sys_exit"), REFUSED);
  assertEquals(guest.call("bpf_program__attach_tracepoint", tp, "sched", "sched_switch"), REFUSED);
  assertEquals(guest.call("bpf_raw_tracepoint_open", "sys_enter", rawFd), REFUSED);
  assert(guest.call("bpf_program__attach_raw_tracepoint", raw, "sched_process_exec") > 0, guest.problems.join());
  assert(guest.call("bpf_program__attach_tracepoint", tp, "sched", "sched_process_exit") > 0, guest.problems.join());
  assert(guest.call("bpf_raw_tracepoint_open", "sched_process_exec", rawFd) >= 0, guest.problems.join());
});

Deno.test("a target that the guest sets after opening is decided in place of the section's", () => {
  const object = compileSmall(`SEC("tp_btf/sched_process_exec") int trace(void *ctx) { return 0; }`);
  using guest = new PolicyGuest({ tracepoints: ["sched_process_exec"] });
  const handle = guest.open(object);
  const program = guest.program(handle, "trace");
  assertEquals(guest.call("bpf_program__set_attach_target", program, 0, "sys_enter"), 0);
  assertEquals(guest.call("bpf_object__load", handle), REFUSED);
  assertMatch(guest.problems.join(), /attaches to tracepoint sys_enter, which the policy does not allow$/);
  using other = new PolicyGuest({ tracepoints: ["sched_process_exec"] });
  assertEquals(other.call("bpf_object__load", other.open(object)), 0, other.problems.join());
});

Deno.test("a binary outside the list is refused by its real path, and the guest does not learn that it exists", () => {
  const ENOENT = -44;
  const object = compileSmall(`SEC("uprobe") int probe(void *ctx) { return 0; }`);
  using guest = new PolicyGuest({ binaries: ["/usr/lib/*"] });
  const { program } = guest.load(object, "probe");
  const binary = Deno.realPathSync("/bin/sh");
  assertEquals(guest.call("bpf_program__attach_uprobe", program, 0, -1, "/bin/sh", 0), ENOENT);
  assertEquals(guest.problems, [
    `Cannot call bpf_program__attach_uprobe(): EPERM: the policy does not allow ${binary}`,
  ]);
});

Deno.test("limits of a policy count programs, maps and their memory, also those of single calls", () => {
  const object = compileSmall(
    `struct { __uint(type, 2); __uint(max_entries, 100); __type(key, u32); __type(value, u64); } a SEC(".maps");
    SEC("raw_tp/sys_enter") int one(void *ctx) { return 0; }`,
  );
  using guest = new PolicyGuest({});
  assertEquals(guest.call("bpf_object__load", guest.open(object)), 0);
  for (const limits of [{ programs: 0 }, { maps: 0 }, { mapBytes: 799 }]) {
    using limited = new PolicyGuest({ limits });
    assertEquals(limited.call("bpf_object__load", limited.open(object)), -33, limited.problems.join());
    assertMatch(limited.problems.join(), /EMFILE: the guest has 0 (programs|maps|bytes of maps),/);
  }
  using exact = new PolicyGuest({ limits: { programs: 1, maps: 2, mapBytes: 1600 } });
  assertEquals(exact.call("bpf_object__load", exact.open(object)), 0, exact.problems.join());
  assert(exact.call("bpf_map_create", 2, "b", 4, 8, 100, 0) >= 0, exact.problems.join());
  assertEquals(exact.call("bpf_map_create", 2, "c", 4, 8, 1, 0), -33);
  assertEquals(loadRaw(exact, ProgramType.RAW_TRACEPOINT, RETURN_0), -33);
});

Deno.test("a pinned program of another guest is decided by its type", () => {
  const pinPath = `/sys/fs/bpf/wasm_bpf_policy_${Deno.pid}`;
  Deno.mkdirSync(pinPath);
  try {
    const trace = compileSmall(`SEC("raw_tp/sys_enter") int trace(void *ctx) { return 0; }`);
    using owner = new PolicyGuest({ network: true }, { pinPath });
    for (const [name, object] of [["pass", PASS], ["trace", trace]] as const) {
      assertEquals(owner.call("bpf_program__pin", owner.load(object, name).program, `${pinPath}/${name}`), 0);
    }
    using guest = new PolicyGuest({}, { pinPath });
    assert(guest.call("bpf_obj_get", `${pinPath}/trace`) >= 0, guest.problems.join());
    assertEquals(guest.call("bpf_obj_get", `${pinPath}/pass`), REFUSED);
    assertEquals(guest.problems, [
      `Cannot use "${pinPath}/pass": EPERM: program "${pinPath}/pass" (xdp) changes network traffic ` +
      "(hint: --allow-network=INTERFACE allows it)",
    ]);
    using allowed = new PolicyGuest({ network: ["none"] }, { pinPath });
    assert(allowed.call("bpf_obj_get", `${pinPath}/pass`) >= 0, allowed.problems.join());
  } finally {
    Deno.removeSync(pinPath, { recursive: true });
  }
});
