/**
 * Attaches every kind of program that this kernel has: each runs, and is gone after the object is closed. The kernel refuses the other
 * kinds, and one line gives the reason. A kernel that is older than a kind must say so.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { openSystem } from "../../ffi/mod.ts";
import { Struct } from "../../ffi/libbpf/struct.ts";
import { bindSocket, openSocket } from "../../ffi/system/sockets.ts";
import { AF, SOCK } from "../../ffi/system/linux_numbers.ts";
import { llvmTool } from "../../scripts/pins.ts";
import { connect } from "./connect.ts";
import { ANY_PROGRAM, failures, run, runWasmBpf, testGuest } from "./command.ts";
import { FiringGuest, leftOver, programIds } from "./firing_guest.ts";
import { cgroupRoot } from "./mounts.ts";
import { hasTcx, isTooOld } from "./older_kernel.ts";

const DIRECTORY = new URL(".", import.meta.url).pathname;

/** Causes the event that a program waits for. */
type Trigger = () => Promise<void> | void;

async function runProgram(path = "/bin/true"): Promise<void> {
  assertEquals((await run(path, [])).code, 0);
}

async function sleep(): Promise<void> {
  assertEquals((await run("sleep", ["0.01"])).code, 0);
}

/** Sends a raw packet, which the kernel has not dissected before. */
function sendRaw(): void {
  using system = openSystem();
  const { calls } = system;
  const fd = openSocket(calls, { domain: AF.PACKET, type: SOCK.RAW, protocol: 0x0008 /* ETH_P_IP, big-endian */ });
  assert(fd >= 0);
  try {
    const address = new Struct("sockaddr_ll").u16("sll_family", 17).u16("sll_protocol", 8).i32("sll_ifindex", 1);
    assertEquals(bindSocket(calls, fd, address.bytes), 0);
    // Ethernet and IPv4 headers, the rest zeros: UDP from nobody to nobody.
    const packet = new Uint8Array(64);
    packet.set([0x08, 0x00, 0x45, 0, 0, 50, 0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, 1, 127, 0, 0, 1], 12);
    assertEquals(calls.write(fd, packet), packet.length);
  } finally {
    calls.close(fd);
  }
}

const CGROUP = cgroupRoot();
const NAMESPACE = "/proc/self/ns/net";

/** The programs with their targets, and the event that makes them run. */
const FIRING: readonly (readonly [programs: readonly string[], trigger: Trigger])[] = [
  [["on_xdp=lo"], connect],
  [["on_tc=lo"], connect],
  [["on_tc_egress=lo"], connect],
  [["on_tcx_ingress=lo"], connect],
  [["on_tcx_egress=lo"], connect],
  [[`on_sockops=${CGROUP}`], connect],
  [[`on_cgroup_skb=${CGROUP}`], connect],
  [[`on_cgroup_sock=${CGROUP}`], connect],
  [[`on_connect4=${CGROUP}`], connect],
  [["on_tracepoint=sched/sched_process_exec"], () => runProgram()],
  [["on_tracepoint_by_section"], () => runProgram()],
  [["on_raw_tracepoint=sched_process_exec"], () => runProgram()],
  [["on_btf_tracepoint"], () => runProgram()],
  [["on_btf_tracepoint=sched_process_exec"], () => runProgram()],
  [["on_perf_event=cpu-clock@99Hz"], () => {}],
  [["on_perf_event=task-clock@1000"], () => {}],
  [["on_socket=lo"], connect],
  [[`on_sk_lookup=${NAMESPACE}`], connect],
  [[`on_flow_dissector=${NAMESPACE}`], sendRaw],
  [["on_netfilter=ipv4/input/-100"], connect],
  [["on_netfilter=2/3/7"], connect], // NFPROTO_IPV4, NF_INET_LOCAL_OUT
  [[`fill_sockets=${CGROUP}`, "on_sk_msg=sockets"], connect],
  [[`fill_sockets=${CGROUP}`, "on_sk_skb=sockets"], connect],
];

for (const [programs, trigger] of FIRING) {
  Deno.test(`attached for real: ${programs.join(" ")}`, () => firesAndDetaches("fires", programs, trigger));
}

/** Runs `test` with a separate program: on a busy machine, probes in a library that all processes use can be seconds late. */
async function withProgram(flags: readonly string[], test: (binary: string) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir();
  try {
    const binary = `${directory}/target`;
    const compiled = await run(llvmTool("clang"), ["-o", binary, `${DIRECTORY}usdt_target.c`, ...flags]);
    assertEquals(compiled.code, 0, compiled.stderr);
    await test(binary);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

const PROBES = [
  "on_usdt=:wasm_bpf:tick",
  "on_uprobe=:main",
  "on_uprobe=:main+0x0",
  "on_uretprobe=:main",
  "on_uprobe_multi=:main",
  "on_uprobe_multi=:m?i*",
  "on_uretprobe_multi=:main",
];

for (const probe of PROBES) {
  Deno.test(
    `attached for real: ${probe.replace("=", "=binary")}`,
    () =>
      withProgram(
        [],
        (binary) => firesAndDetaches("fires", [probe.replace("=", `=${binary}`)], () => runProgram(binary)),
      ),
  );
}

/** Ways to link with equal and with different addresses and file offsets. */
const LINKED: readonly (readonly [what: string, flags: readonly string[]])[] = [
  ["a program for any address", ["-pie"]],
  ["a program for one address", ["-no-pie"]],
  ["a program as lld lays it out", ["-pie", "-fuse-ld=lld"]],
];

/** The address of `main` as `nm` prints it. */
async function addressOfMain(binary: string): Promise<string> {
  const address = /^([0-9a-f]{16}) T main$/m.exec((await run("nm", [binary])).stdout)?.[1];
  assert(address !== undefined);
  return address;
}

for (const [what, flags] of LINKED) {
  Deno.test(`attached for real: at the address of main that nm prints, in ${what}`, () =>
    withProgram(flags, async (binary) => {
      const address = await addressOfMain(binary);
      const short = address.replace(/^0+/, "0x");
      const programs = [`on_uprobe=${binary}:${address}`, `on_uprobe_multi=${binary}:${short}`];
      for (const program of programs) await firesAndDetaches("fires", [program], () => runProgram(binary));
    }));
}

Deno.test("refused with a reason: an address where the program has no code", () =>
  withProgram(["-no-pie"], async (binary) => {
    const beyond = (BigInt(`0x${await addressOfMain(binary)}`) + 0x10000n).toString(16).padStart(16, "0");
    for (const place of [beyond, "0x10", "16"]) {
      const { code, stderr } = await runWasmBpf([...ANY_PROGRAM, testGuest("fires"), `on_uprobe=${binary}:${place}`]);
      assertEquals(code, 4);
      assertMatch(
        stderr,
        /^wasm-bpf: Cannot attach program "on_uprobe" to \S+: EINVAL: no code is at address 0x[^\n]*\n$/,
      );
      assertMatch(stderr, /; the file has code at 0x401000 to 0x[0-9a-f]+\n$/);
    }
  }));

for (const args of [[], ["skeleton"]]) {
  Deno.test(`attached for real: a struct_ops map, by its ${args[0] ?? "name"}`, () => controlsCongestion(args));
}

async function controlsCongestion(args: readonly string[]): Promise<void> {
  const route = ["127.77.0.1", "dev", "lo", "table", "local"];
  const programs = ["count_runs", "keep_ssthresh", "keep_cwnd", "avoid_nothing"];
  const before = await programIds(programs);
  await using guest = new FiringGuest("congestion", args);
  // A guest has no program of its own to name in such a value.
  const line = await guest.lineOrEnd();
  if (line === undefined && isTooOld(await guest.stderr)) return;
  assertEquals(line, "update: -9");
  assertEquals(await guest.line(), "attached");
  const own = (await programIds(programs)).filter((id) => !before.includes(id));
  try {
    const added = await run("ip", ["route", "add", "local", ...route, "congctl", "wasm_bpf_test"]);
    assertEquals(added.code, 0, added.stderr);
    await connect("127.77.0.1");
    assertEquals(await guest.line(), "fired");
  } finally {
    await run("ip", ["route", "del", "local", ...route]);
  }
  await guest.proceed();
  assertEquals(await guest.line(), "closed");
  assertEquals(await leftOver(programs, own), []);
}

/** Triggers every second: on a busy machine, the kernel may add a probe late to a process that has just started. */
async function triggerUntil(trigger: Trigger, line: Promise<string>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const second = () => new Promise<"again">((resolve) => timer = setTimeout(() => resolve("again"), 1000));
  try {
    let said: string;
    do {
      await trigger();
      said = await Promise.race([line, second()]);
      clearTimeout(timer);
    } while (said === "again");
    assertEquals(said, "fired");
  } finally {
    clearTimeout(timer);
  }
}

/** Attaches, triggers and closes. The programs run before the close and are gone after it, while the guest still runs. */
async function firesAndDetaches(guestName: string, programs: readonly string[], trigger: Trigger): Promise<void> {
  const names = programs.map((program) => program.replace(/=.*/, ""));
  const before = await programIds(names);
  await using guest = new FiringGuest(guestName, programs, { host: ["--allow-persist"] });
  const line = await guest.line();
  if (line !== "attached" && isTooOld(await guest.stderr)) return;
  assertEquals(line, "attached");
  const own = (await programIds(names)).filter((id) => !before.includes(id));
  assertEquals(own.length, names.length);
  await triggerUntil(trigger, guest.line());
  await guest.proceed();
  assertEquals(await guest.line(), "closed");
  assertEquals(await leftOver(names, own), []);
  await guest.proceed();
  assertEquals((await guest.status).code, 0);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGKILL"] as const) {
  Deno.test(`detached when ${signal} ends the guest`, async () => {
    const programs = ["on_xdp=lo", "on_perf_event=cpu-clock@99Hz", `on_sockops=${CGROUP}`]
      .concat("on_tracepoint=sched/sched_switch", "on_uprobe=libc.so.6:exit");
    if (await hasTcx()) programs.push("on_tc=lo");
    const names = programs.map((program) => program.replace(/=.*/, ""));
    const before = await programIds(names);
    await using guest = new FiringGuest("fires", programs);
    assertEquals(await guest.line(), "attached");
    const own = (await programIds(names)).filter((id) => !before.includes(id));
    assertEquals(own.length, names.length);
    guest.kill(signal);
    assertEquals((await guest.status).signal, signal);
    assertEquals(await leftOver(names, own), []);
  });
}

/** Programs that cannot be attached, and the line with the reason. */
const REFUSED: readonly (readonly [program: string, line: RegExp])[] = [
  ["on_xdp", /Cannot attach program "on_xdp" to xdp: EOPNOTSUPP: its section names no target: give it one$/],
  ["on_xdp=nosuch0", /Cannot find network interface "nosuch0": ENODEV: no such device \(hint: .*\/sys\/class\/net\)$/],
  ["on_xdp=", /EOPNOTSUPP: its section names no target/],
  ["on_netkit=lo", /Cannot attach program "on_netkit" to netkit of lo: E(INVAL|OPNOTSUPP): /],
  [
    "on_sockops=/tmp",
    /Cannot open cgroup "\/tmp": EINVAL: it is not a directory of a cgroup2 file system \(hint: mount /,
  ],
  ["on_sockops=/nosuch", /Cannot open cgroup "\/nosuch": ENOENT: /],
  ["on_sockops=/bin/true", /Cannot open cgroup "\/bin\/true": ENOTDIR: /],
  ["on_sk_lookup=/tmp", /Cannot open network namespace "\/tmp": EINVAL: it is not a namespace/],
  ["on_uprobe=/bin/true", /EINVAL: a uprobe's target is binary:function\[\+offset\] or binary:address$/],
  ["on_uprobe=/nosuch:main", /Cannot open binary "\/nosuch": ENOENT: no such file or directory$/],
  [
    "on_uprobe=/bin/true:11f9",
    /EINVAL: "11f9" is not an address: write 0x and hexadecimal digits, or 16 digits as nm prints/,
  ],
  ["on_uprobe_multi=/bin/true:nosuch*", /ENOENT: no function of "\/bin\/true" has such a name$/],
  ["on_uprobe_multi", /to uprobe\.multi: EOPNOTSUPP: its section names no target: give it one$/],
  [
    "on_xdp=lo:native",
    /program "on_xdp" to xdp of lo: EOPNOTSUPP: the driver has no native XDP .*: use lo:generic$/,
  ],
  ["on_xdp=lo:offload", /program "on_xdp" to xdp of lo: E\w+: the hardware of lo does not take the program$/],
  [
    "on_xdp=lo:up",
    /ENODEV: an interface takes :generic, :native, :offload, :replace here, and no address has the label "lo:up"$/,
  ],
  ["on_tc=lo:up", /ENODEV: an interface takes :ingress, :egress here, and no address has the label "lo:up"$/],
  ["on_uprobe=/bin/true:nosuch", /ENOENT: elf: failed to find symbol 'nosuch' in '\/bin\/true'$/],
  ["on_uprobe=/bin/true:main+x", /EINVAL: "x" is not an offset in bytes$/],
  ["on_usdt=/bin/true:a", /EINVAL: a USDT probe's target is binary:provider:name$/],
  ["on_usdt=/bin/true:a:b", /ENOENT: usdt: no USDT notes section \(\.note\.stapsdt\) found in '\/bin\/true'$/],
  ["on_tracepoint=sched", /EINVAL: a tracepoint is category\/name$/],
  ["on_tracepoint=sched/nosuch", /ENOENT: .*\(hint: this kernel has no such tracepoint: see .*available_events\)$/],
  ["on_raw_tracepoint=nosuch", /ENOENT: prog 'on_raw_tracepoint': failed to attach to raw tracepoint 'nosuch'/],
  ["on_btf_tracepoint=nosuch", /EINVAL: programs of section "tp_btf\/sched_process_exec" take no target$/],
  ["on_perf_event=cpu-clock", /EINVAL: a perf event is cpu-clock@99Hz, or /],
  ["on_perf_event=cpu-clock@0Hz", /EINVAL: a perf event is cpu-clock@99Hz, or /],
  ["on_netfilter=ipv4/nowhere/1", /EINVAL: a netfilter target is family\/hook\/priority, like ipv4\/input\/-100$/],
  ["on_netfilter=ipv4/input", /EINVAL: a netfilter target is family\/hook\/priority/],
  ["on_sk_msg=nosuch", /EINVAL: the object has no map of this name$/],
  [
    "on_sk_msg=runs",
    /Cannot attach program "on_sk_msg" to map "runs": EINVAL: it is an array: a sockmap or a sockhash takes programs$/,
  ],
];

for (const [program, line] of REFUSED) {
  Deno.test(`refused with a reason: ${program}`, async () => {
    const { code, stdout, stderr } = await runWasmBpf([...ANY_PROGRAM, testGuest("fires"), program]);
    if (code === 3 && isTooOld(stderr)) return;
    assertEquals(code, 4, stderr);
    assertMatch(stdout, /^\w+: -\d+\n$/);
    assertMatch(stderr, /^wasm-bpf: [^\n]*\n$/);
    assertMatch(stderr.trimEnd(), line);
  });
}

Deno.test("a guest gets the same error for every path that is not a cgroup or a namespace", async () => {
  for (const program of ["on_sockops=/root", "on_sockops=/nosuch", "on_sockops=/bin/true", "on_sk_lookup=/root"]) {
    const { stdout } = await runWasmBpf([...ANY_PROGRAM, testGuest("fires"), program]);
    assertEquals(stdout, `${program.replace(/=.*/, "")}: -2\n`);
  }
});

Deno.test("skeletons skip programs without a target, and print nothing about them", async () => {
  const finished = await runWasmBpf([...ANY_PROGRAM, testGuest("autoattach")]);
  if (isTooOld(finished.stderr)) return;
  assertEquals(failures(finished), []);
  assertEquals(finished.stderr, "");
});

Deno.test("refused at once: a network namespace that is a FIFO", async () => {
  const directory = await Deno.makeTempDir();
  try {
    assertEquals((await run("mkfifo", [`${directory}/fifo`])).code, 0);
    const { code, stderr } = await runWasmBpf([...ANY_PROGRAM, testGuest("fires"), `on_sk_lookup=${directory}/fifo`]);
    assertEquals(code, 4);
    assertMatch(stderr, /EINVAL: it is not a namespace/);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});

/** Lockdown hides the list of functions, and a kernel without kprobes has no list. Debian's kernels before 6.12 lack fprobe. */
const WITHOUT_FPROBE =
  /E(PERM|NOENT): failed to open .*\(hint: (the kernel is locked down|this kernel cannot probe functions) |EOPNOTSUPP: .*\(hint: kprobe\.multi needs a kernel with CONFIG_FPROBE=y\)/;

/** Kinds that depend on the kernel's configuration and boot options: they run, or one line gives the reason for the refusal. */
const DEPENDENT: readonly (readonly [program: string, trigger: Trigger, line: RegExp])[] = [
  ["on_kprobe=do_exit", () => runProgram(), /ENOENT: .* \(hint: this kernel is built without kprobes \(.*\)\)$/],
  ["on_kprobe_multi=do_exi*", () => runProgram(), WITHOUT_FPROBE],
  ["on_kprobe_session=do_exit", () => runProgram(), WITHOUT_FPROBE],
  ["on_fentry", sleep, /E(PERM|NOTSUPP): .*\(hint: the kernel is locked down \(\w+\), which can forbid /],
  ["on_lsm", () => runProgram(), /E(PERM|INVAL): .*\(hint: the kernel is locked down \(\w+\), which can forbid /],
];

for (const [program, trigger, line] of DEPENDENT) {
  Deno.test(`attached for real, or refused with a reason: ${program}`, async () => {
    const { code, stderr } = await runWasmBpf([...ANY_PROGRAM, "--", testGuest("fires"), program], {
      signal: AbortSignal.timeout(120_000),
    });
    if (isTooOld(stderr)) return;
    // 3: not loaded; 4: not attached; 5: attached, but it did not run.
    if (code === 3 || code === 4) return assertMatch(stderr.trimEnd(), line);
    await firesAndDetaches("fires", [program], trigger);
  });
}
