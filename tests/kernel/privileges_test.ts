/**
 * Compares the table of privileges with the kernel. A process with exactly the capabilities of a row succeeds. Without one of them,
 * it fails with a hint that names it.
 */

import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { privilegeRows } from "../../ffi/libbpf/privileges.ts";
import type { Capability } from "../../ffi/system/capabilities.ts";
import { run } from "./command.ts";

const CHECKOUT = new URL("../../", import.meta.url).pathname.replace(/\/$/, "");
const NOBODY = 65534;

/** A world-readable directory with the object, and a cgroup. */
async function openPlace() {
  const path = await Deno.makeTempDir({ prefix: "wasm-bpf-privileges-" });
  await Deno.chmod(path, 0o755);
  await Deno.copyFile(`${CHECKOUT}/.build/guests/kernel_tests/privileges.bpf.o`, `${path}/privileges.o`);
  for (const name of ["checkout", "deno", "cache", "cgroup2"]) await Deno.mkdir(`${path}/${name}`);
  const group = `wasm-bpf-privileges-${Deno.pid}`;
  return {
    path,
    group,
    async [Symbol.asyncDispose]() {
      const remove = `mount -t cgroup2 none ${path}/cgroup2 && rmdir ${path}/cgroup2/${group}`;
      await run("unshare", ["--mount", "bash", "-c", remove]);
      await Deno.remove(path, { recursive: true });
    },
  };
}

type Place = Awaited<ReturnType<typeof openPlace>>;

/**
 * Loads and attaches `program` as a user with only these capabilities, in a separate network namespace. The mounts make the
 * checkout, Deno and its cache readable at any path.
 */
async function attempt(
  { path, group }: Place,
  program: string,
  capabilities: readonly Capability[],
  { before = "", user = NOBODY }: { before?: string; user?: number } = {},
): Promise<string> {
  const cache = Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`;
  const deno = Deno.execPath();
  const set = capabilities.map((name) => `+${name.slice("CAP_".length).toLowerCase()}`);
  const caps = [
    `--bounding-set=${["-all", ...set].join()}`,
    ...["inh", "ambient"].map((kind) => `--${kind}-caps=${["-all", ...set].join()}`),
  ];
  const script = `set -e
    ip link set lo up
    mount --bind ${CHECKOUT} ${path}/checkout
    mount --bind ${deno.replace(/\/[^/]*$/, "")} ${path}/deno
    mount --bind ${cache} ${path}/cache
    mount -t cgroup2 none ${path}/cgroup2
    mkdir -p ${path}/cgroup2/${group}
    cd ${path}/checkout
    ${before}
    exec env DENO_DIR=${path}/cache setpriv --reuid=${user} --regid=${user} --clear-groups ${caps.join(" ")} \\
      ${path}/deno/${deno.split("/").at(-1)} run --quiet --no-check -A tests/kernel/privileged_child.ts \\
      ${path}/privileges.o ${program} ${path}/cgroup2/${group}`;
  const { stdout, stderr } = await run("unshare", ["--mount", "--net", "bash", "-c", script]);
  return stdout.trimEnd() || stderr;
}

/** One or more programs for each row of the table. */
const PROGRAMS: Readonly<Record<string, readonly string[]>> = {
  "socket filter": ["on_socket"],
  "cgroup_skb": ["on_cgroup_skb"],
  "sk_lookup, sk_reuseport, syscall": ["on_sk_lookup", "on_syscall"],
  "xdp, tc, tcx, netkit, lwt, sk_skb, sk_msg, flow_dissector, netfilter, sockops and other cgroup programs": [
    "on_xdp",
    "on_tc",
    "on_tcx",
    "on_flow_dissector",
    "on_netfilter",
    "on_sockops",
    "on_connect",
    "on_getsockopt",
    "on_sysctl",
    "on_device",
  ],
  "tracepoint": ["on_tracepoint"],
  "uprobe, usdt": ["on_uprobe"],
  "kprobe, uprobe.multi, raw_tp, perf_event, tp_btf, iter, fentry, fexit, lsm, struct_ops": [
    "on_uprobe_multi",
    "on_raw_tracepoint",
    "on_tp_btf",
    "on_iter",
    "on_perf_event",
  ],
};

for (const { programs, load, attach } of privilegeRows()) {
  const names = PROGRAMS[programs] ?? [];
  if (names.length === 0) continue;
  Deno.test(`${programs}: ${[...load, ...attach].join(", ")} do, and each that is missing is named`, async () => {
    await using place = await openPlace();
    const needed = [...load, ...attach];
    for (const name of names) {
      assertEquals(await attempt(place, name, needed), "works", name);
      for (const missing of needed) {
        // CAP_SYS_ADMIN implies the others.
        if (needed.includes("CAP_SYS_ADMIN") && missing !== "CAP_SYS_ADMIN") continue;
        const told = await attempt(place, name, needed.filter((one) => one !== missing));
        assertMatch(told, new RegExp(`\\(hint: run as root or grant ${missing}\\)$`), name);
      }
    }
  });
}

Deno.test("every row of the table is tested, or cannot be here", () => {
  const untested = privilegeRows().map(({ programs }) => programs).filter((programs) => !(programs in PROGRAMS));
  // It replaces a function of a program that is already loaded.
  assertEquals(untested, ["freplace"]);
});

Deno.test("CAP_PERFMON is named for arithmetic on pointers in XDP, and does", async () => {
  await using place = await openPlace();
  const told = await attempt(place, "on_xdp_length", ["CAP_BPF", "CAP_NET_ADMIN"]);
  assertMatch(told, /EACCES: prog 'on_xdp_length': .* prohibited.*\(hint: run as root or grant CAP_PERFMON\)$/);
  assertEquals(await attempt(place, "on_xdp_length", ["CAP_BPF", "CAP_NET_ADMIN", "CAP_PERFMON"]), "works");
});

Deno.test("the hint explains that capabilities in a user namespace do not count", async () => {
  await using place = await openPlace();
  const told = await run("unshare", [
    "--user",
    "--map-root-user",
    Deno.execPath(),
    "run",
    "--quiet",
    "--no-check",
    "-A",
    `${CHECKOUT}/tests/kernel/privileged_child.ts`,
    `${place.path}/privileges.o`,
    "on_tp_btf",
    "",
  ]);
  assertMatch(told.stdout, /EPERM: .*\(hint: this process is in a user namespace, /);
});

const NO_SECURITYFS = "while umount -l /sys/kernel/security 2>/dev/null; do :; done";
const LOCKDOWN = "mountpoint -q /sys/kernel/security || mount -t securityfs securityfs /sys/kernel/security";

Deno.test("the hint names lockdown only for hooks of kernel functions, also when it cannot be read", async () => {
  await using place = await openPlace();
  const held: Capability[] = ["CAP_BPF", "CAP_PERFMON"];
  const told = await attempt(place, "on_fentry", held, { before: LOCKDOWN });
  if (told === "works" || !told.includes("EPERM")) return; // this kernel takes such programs
  assertMatch(
    told,
    /\(hint: the kernel is locked down \((integrity|confidentiality)\), which can forbid programs that/,
  );
  const unread = await attempt(place, "on_fentry", held, { before: NO_SECURITYFS });
  assertStringIncludes(unread, "(hint: lockdown may be the cause, and cannot be read: mount -t securityfs ");
  const other = await attempt(place, "on_xdp", held, { before: NO_SECURITYFS });
  assertMatch(other, /\(hint: run as root or grant CAP_NET_ADMIN\)$/);
});
