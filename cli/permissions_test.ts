import { assertEquals, assertThrows } from "@std/assert";
import { ALLOW_ALL, DEFAULT_POLICY, type GuestPolicy } from "../host/core/policy/guest_policy.ts";
import { Arguments } from "./arguments.ts";
import { PERMISSIONS, persists, policyOf } from "./permissions.ts";
import { UsageError } from "./usage_error.ts";

function policy(args: readonly string[], base?: GuestPolicy): GuestPolicy {
  const syntax = { task: "run", operands: { noun: "file", min: 0, max: 0 }, options: PERMISSIONS };
  return policyOf(new Arguments(syntax, args), base);
}

/** Each option, and what it changes in the default policy. */
const OPTIONS: readonly [word: string, change: Partial<GuestPolicy>][] = [
  ["--allow-network", { network: true }],
  ["--allow-network=eth0,/sys/fs/cgroup/*", { network: ["eth0", "/sys/fs/cgroup/*"] }],
  ["--allow-deny", { deny: true }],
  ["--allow-override", { override: true }],
  ["--allow-write-user", { writeUser: true }],
  ["--allow-signal", { signal: true }],
  ["--allow-struct-ops", { structOps: true }],
  ["--allow-struct-ops=tcp_congestion_ops", { structOps: ["tcp_congestion_ops"] }],
  ["--allow-replace", { replace: true }],
  ["--allow-persist", { persist: true }],
  ["--allow-persistent-struct-ops", { persist: true }],
  ["--allow-helper=bpf_sys_bpf", { allowHelpers: ["bpf_sys_bpf"] }],
  ["--allow-kfunc=a,b", { allowKfuncs: ["a", "b"] }],
  ["--allow-all", ALLOW_ALL],
  ["-A", ALLOW_ALL],
  ["--read-only", {}],
];

for (const [word, change] of OPTIONS) {
  Deno.test(`policyOf() changes only what ${word} says`, () => {
    assertEquals(policy([word]), { ...DEFAULT_POLICY, ...change });
  });
}

Deno.test("policyOf() has a test for every option", () => {
  const tested = new Set(OPTIONS.map(([word]) => word === "-A" ? "allow-all" : word.slice(2).split("=", 1)[0]));
  assertEquals(Object.keys(PERMISSIONS).filter((name) => !tested.has(name)), []);
});

Deno.test("policyOf() adds options to the policy of a file, and takes nothing from it", () => {
  const base: GuestPolicy = { ...DEFAULT_POLICY, network: ["eth0"], deny: true, tracepoints: [], limits: { links: 1 } };
  assertEquals(policy(["--allow-network=eth1", "--allow-signal"], base), {
    ...base,
    network: ["eth0", "eth1"],
    signal: true,
  });
  assertEquals(policy(["--allow-network"], base).network, true);
  assertEquals(policy([], base), base);
  assertEquals(policy(["-A"], base), { ...ALLOW_ALL, limits: { links: 1 } });
});

Deno.test("persists() is true for --allow-persist and for a policy file, and not for --allow-all", () => {
  const given = (...args: readonly string[]) =>
    new Arguments({ task: "run", operands: { noun: "file", min: 0, max: 0 }, options: PERMISSIONS }, args);
  assertEquals(persists(given("--allow-all")), false);
  assertEquals(persists(given("--allow-all", "--allow-persist")), true);
  assertEquals(persists(given("--allow-persistent-struct-ops")), true);
  assertEquals(persists(given(), { ...DEFAULT_POLICY, persist: true }), true);
});

Deno.test("policyOf() refuses --read-only together with a permission", () => {
  const { message } = assertThrows(() => policy(["--read-only", "--allow-signal"]), UsageError);
  assertEquals(message, "Cannot run: --read-only excludes --allow-signal");
});
