/**
 * The options that give a guest permissions, and the policy that follows from them.
 *
 * @module
 */

import { ALLOW_ALL, DEFAULT_POLICY, type GuestPolicy } from "../host/core/policy/guest_policy.ts";
import type { Arguments } from "./arguments.ts";
import { flag, list, type Option, type Refuse, switchOrList } from "./options.ts";
import { UsageError } from "./usage_error.ts";

const group = "Permissions of the guest's eBPF programs";

/** The options. */
export const PERMISSIONS = {
  "allow-network": switchOrList({
    group,
    value: "NAME,...",
    help: "changes and drops packets and connections; only at these interfaces, cgroups and namespaces",
  }),
  "allow-deny": flag({ group, help: "denies operations: LSM, fmod_ret, device and sysctl programs of cgroups" }),
  "allow-override": flag({ group, help: "changes the results of kernel functions (bpf_override_return)" }),
  "allow-write-user": flag({ group, help: "writes to the memory of processes (bpf_probe_write_user)" }),
  "allow-signal": flag({ group, help: "sends signals (bpf_send_signal)" }),
  "allow-struct-ops": switchOrList({
    group,
    value: "NAME,...",
    help: "replaces parts of the kernel: tcp_congestion_ops, sched_ext_ops",
  }),
  "allow-replace": flag({ group, help: "replaces functions of other programs (freplace)" }),
  "allow-helper": list({ group, value: "NAME", parse: words, help: "calls these helpers, whatever their effects" }),
  "allow-kfunc": list({ group, value: "NAME", parse: words, help: "calls these functions of the kernel" }),
  "allow-all": flag({ letter: "A", group, help: "all of the above" }),
  "allow-persist": flag({ group, help: "leaves struct_ops in the kernel when the process is killed" }),
  "allow-persistent-struct-ops": flag({ group, help: "the same" }),
  "read-only": flag({ group, help: "nothing that changes the machine, whatever else allows it; no pins" }),
};

/** The types of the options' values. */
export type Permissions = {
  [K in keyof typeof PERMISSIONS]: (typeof PERMISSIONS)[K] extends Option<infer T> ? T : never;
};

/** The policy of a run. @throws {UsageError} if options contradict one another. */
export function policyOf(given: Pick<Arguments<Permissions>, "get">): GuestPolicy {
  if (given.get("read-only")) return readOnlyPolicy(given);
  const persist = given.get("allow-persist") || given.get("allow-persistent-struct-ops");
  if (given.get("allow-all")) return { ...ALLOW_ALL, persist };
  return {
    ...DEFAULT_POLICY,
    network: given.get("allow-network"),
    deny: given.get("allow-deny"),
    override: given.get("allow-override"),
    writeUser: given.get("allow-write-user"),
    signal: given.get("allow-signal"),
    structOps: given.get("allow-struct-ops"),
    replace: given.get("allow-replace"),
    persist,
    allowHelpers: given.get("allow-helper").flat(),
    allowKfuncs: given.get("allow-kfunc").flat(),
  };
}

function words(text: string, refuse: Refuse): string[] {
  const words = text.split(",");
  return words.includes("") ? refuse("has an empty word in its list") : words;
}

function readOnlyPolicy(given: Pick<Arguments<Permissions>, "get">): GuestPolicy {
  for (const name in PERMISSIONS) {
    if (!isPermission(name) || name === "read-only") continue;
    const value = given.get(name);
    const isGiven = Array.isArray(value) ? value.length > 0 : value;
    if (isGiven) throw new UsageError(`Cannot run: --read-only excludes --${name}`);
  }
  return DEFAULT_POLICY;
}

function isPermission(name: string): name is keyof Permissions {
  return Object.hasOwn(PERMISSIONS, name);
}
