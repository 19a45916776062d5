/**
 * Tests network interfaces as targets, in a separate network namespace: XDP with and without native support of the driver, the
 * replacement of other programs, and classifiers in the requested direction.
 */

import { assertEquals, assertMatch } from "@std/assert";
import { ANY_PROGRAM, run, testGuest, WASM_BPF } from "./command.ts";
import { FiringGuest } from "./firing_guest.ts";
import { hasTcx } from "./older_kernel.ts";

const NETNS = `wasm_bpf_c_${Deno.pid}`;

async function ip(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run("ip", args);
  assertEquals(code, 0, stderr);
  return stdout;
}

/** Runs `test` with a veth pair in {@link NETNS}: `plain` refuses native XDP because of the MTU of its peer `jumbo`. */
async function withInterfaces(test: () => Promise<void>): Promise<void> {
  await ip("netns", "add", NETNS);
  try {
    await ip("-n", NETNS, "link", "add", "plain", "type", "veth", "peer", "name", "jumbo");
    await ip("-n", NETNS, "link", "add", "one", "type", "veth", "peer", "name", "two");
    await ip("-n", NETNS, "link", "set", "jumbo", "mtu", "9000");
    for (const name of ["lo", "plain", "jumbo", "one", "two"]) await ip("-n", NETNS, "link", "set", name, "up");
    await ip("-n", NETNS, "address", "add", "10.77.0.1/24", "dev", "one", "label", "one:x");
    await test();
  } finally {
    await ip("netns", "del", NETNS);
  }
}

/** The mode of XDP on an interface: "native", "generic", "offload", or "". */
async function xdpMode(name: string): Promise<string> {
  const modes: Readonly<Record<number, string>> = { 1: "native", 2: "generic", 3: "offload" };
  const [{ xdp }] = JSON.parse(await ip("-json", "-n", NETNS, "link", "show", "dev", name));
  return xdp === undefined ? "" : modes[xdp.mode] ?? String(xdp.mode);
}

const HAS_TCX = await hasTcx();

/** The interfaces and directions of classifiers: "one ingress". */
function classifiers(pid: number): Promise<string[]> {
  return HAS_TCX ? tcxLinks(pid) : filtersOf("one");
}

/** Those of the clsact qdisc of an interface, which keeps them after the guest. Removes the qdisc. */
async function filtersOf(name: string): Promise<string[]> {
  const found: string[] = [];
  for (const direction of ["ingress", "egress"]) {
    const { stdout } = await run("tc", ["-n", NETNS, "filter", "show", "dev", name, direction]);
    if (/ bpf .* on_tc/.test(stdout)) found.push(`${name} ${direction}`);
  }
  await run("tc", ["-n", NETNS, "qdisc", "del", "dev", name, "clsact"]);
  return found;
}

/** Those of the TCX links of process `pid`. */
async function tcxLinks(pid: number): Promise<string[]> {
  const names = new Map<number, string>();
  for (const { ifindex, ifname } of JSON.parse(await ip("-json", "-n", NETNS, "link", "show"))) {
    names.set(ifindex, ifname);
  }
  const found: string[] = [];
  for await (const { name } of Deno.readDir(`/proc/${pid}/fdinfo`)) {
    const text = await Deno.readTextFile(`/proc/${pid}/fdinfo/${name}`).catch(() => "");
    const match = /^link_type:\ttcx$.*^ifindex:\t(\d+)$.*^attach_type:\t\d+ \((\w+)\)$/ms.exec(text);
    if (match !== null) found.push(`${names.get(Number(match[1]))} ${match[2]}`);
  }
  return found;
}

/** Runs `fires` in the namespace with a program that it cannot attach. @returns the message for the user. */
async function refused(program: string): Promise<string> {
  const { code, stderr } = await run("ip", [
    "netns",
    "exec",
    NETNS,
    ...WASM_BPF,
    ...ANY_PROGRAM,
    testGuest("fires"),
    program,
  ]);
  assertEquals(code, 4, stderr);
  assertMatch(stderr, /^wasm-bpf: [^\n]*\n$/);
  return stderr.trimEnd();
}

/** Attaches, runs `test`, and ends the guest. @returns the guest's stderr. */
async function attached(program: string, test: (pid: number) => Promise<void>): Promise<string> {
  await using guest = new FiringGuest("fires", [program], { netns: NETNS, host: ["--allow-persist"] });
  assertEquals(await guest.line(), "attached");
  await test(guest.pid);
  guest.kill("SIGKILL");
  await guest.status;
  return await guest.stderr;
}

const FALLBACK = 'wasm-bpf: Attached program "on_xdp" to xdp of plain in generic mode: ' +
  "its driver has no native XDP in the interface's configuration\n";

Deno.test("XDP runs in generic mode if the driver refuses native mode, with a message for the user", () =>
  withInterfaces(async () => {
    const told = await attached("on_xdp=plain", async () => assertEquals(await xdpMode("plain"), "generic"));
    assertEquals(told, FALLBACK);
    assertEquals(
      await attached("on_xdp=plain:generic", async () => assertEquals(await xdpMode("plain"), "generic")),
      "",
    );
    assertEquals(
      await refused("on_xdp=plain:native"),
      'wasm-bpf: Cannot attach program "on_xdp" to xdp of plain: ERANGE: ' +
        "the driver has no native XDP in the interface's configuration: use plain:generic",
    );
    assertMatch(
      await refused("on_xdp=plain:offload"),
      /of plain: E\w+: the hardware of plain does not take the program$/,
    );
  }));

Deno.test("XDP runs in native mode if the driver has it, in generic mode on request, and prints nothing", () =>
  withInterfaces(async () => {
    for (const [target, mode] of [["one", "native"], ["one:native", "native"], ["one:generic", "generic"]] as const) {
      assertEquals(await attached(`on_xdp=${target}`, async () => assertEquals(await xdpMode("one"), mode)), "");
    }
  }));

Deno.test("XDP replaces another program only on request, and never the program of another process's link", () =>
  withInterfaces(async () => {
    const object = new URL("../../.build/guests/xdp_pass.bpf.o", import.meta.url).pathname;
    const put = (kind: string) => ip("-n", NETNS, "link", "set", "dev", "one", kind, "obj", object, "sec", "xdp");
    for (const [kind, mode] of [["xdp", "native"], ["xdpgeneric", "generic"]] as const) {
      await put(kind);
      assertEquals(await xdpMode("one"), mode);
      assertMatch(
        await refused("on_xdp=one"),
        /E(BUSY|EXIST): an XDP program is on one already: the target one:replace replaces/,
      );
      assertEquals(await attached("on_xdp=one:replace", async () => assertEquals(await xdpMode("one"), "native")), "");
      assertEquals(await xdpMode("one"), "", "it ends with the guest");
    }
    // If the replacement fails, the old program is put back.
    await put("xdpgeneric");
    assertMatch(await refused("on_xdp=one:offload:replace"), /the hardware of one does not take the program$/);
    assertEquals(await xdpMode("one"), "generic");
    await ip("-n", NETNS, "link", "set", "dev", "one", "xdpgeneric", "off");
    await attached("on_xdp=one", async () => {
      assertMatch(
        await refused("on_xdp=one:replace"),
        /EBUSY: the XDP program on one belongs to another process's link/,
      );
      assertEquals(await xdpMode("one"), "native");
    });
  }));

Deno.test(
  "a classifier on a qdisc, which stays after a kill, needs --allow-persist",
  { ignore: HAS_TCX },
  () =>
    withInterfaces(async () => {
      assertEquals(
        await refused("on_tc=one"),
        'wasm-bpf: Cannot attach "on_tc": EPERM: it stays when the process is killed (hint: --allow-persist allows it)',
      );
    }),
);

Deno.test("a classifier attaches in the direction of the target, or else of its section", () =>
  withInterfaces(async () => {
    const cases = [
      ["on_tc=one", "one ingress"],
      ["on_tc=one:egress", "one egress"],
      ["on_tc_egress=one", "one egress"],
      ["on_tc_egress=one:ingress", "one ingress"],
      ["on_tcx_egress=one:ingress", "one ingress"],
      // The label of an address stands for its interface.
      ["on_tc=one:x", "one ingress"],
      ["on_tc=one:x:egress", "one egress"],
    ] as const;
    for (const [program, place] of cases) {
      if (program.startsWith("on_tcx") && !HAS_TCX) continue;
      await attached(program, async (pid) => assertEquals(await classifiers(pid), [place], program));
    }
    assertMatch(
      await refused("on_tc=one:y"),
      /ENODEV: an interface takes :ingress, :egress here, and no address has the label "one:y"$/,
    );
    assertMatch(await refused("on_tc=two:x"), /no address has the label "two:x"$/);
  }));
