/**
 * The options that give a guest permissions, and the policy that follows from them.
 *
 * @module
 */

import { ALLOW_ALL, DEFAULT_POLICY, type GuestPolicy } from "../host/core/policy/guest_policy.ts";
import type { AllowList } from "../host/core/policy/patterns.ts";
import type { Arguments } from "./arguments.ts";
import { flag, list, type Option, type Refuse, switchOrList } from "./options.ts";
import { UsageError } from "./usage_error.ts";

/** The heading of these options in the help. */
export const PERMISSION_GROUP = "Permissions of the guest's eBPF programs, which may only observe otherwise";
const group = PERMISSION_GROUP;

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
  "allow-persist": flag({
    group,
    help: "attaches without a link, and leaves struct_ops: these stay when the process is killed",
  }),
  "allow-persistent-struct-ops": flag({ group, help: "the same" }),
  "read-only": flag({ group, help: "nothing that changes the machine, whatever else allows it; no pins" }),
};

/** The types of the options' values. */
export type Permissions = {
  [K in keyof typeof PERMISSIONS]: (typeof PERMISSIONS)[K] extends Option<infer T> ? T : never;
};

/** The options that were given. */
export type GivenPermissions = Pick<Arguments<Permissions>, "get">;

/** The policy of a run: `base` and what options allow beside it. @throws {UsageError} if options contradict one another. */
export function policyOf(given: GivenPermissions, base: GuestPolicy = DEFAULT_POLICY): GuestPolicy {
  const names = namesOf(given);
  if (names.length === 0) return base;
  if (given.get("read-only")) return readOnlyPolicy(names, base);
  if (given.get("allow-all")) return { ...ALLOW_ALL, limits: base.limits };
  return {
    ...base,
    network: joined(base.network, given.get("allow-network")),
    deny: base.deny || given.get("allow-deny"),
    override: base.override || given.get("allow-override"),
    writeUser: base.writeUser || given.get("allow-write-user"),
    signal: base.signal || given.get("allow-signal"),
    structOps: joined(base.structOps, given.get("allow-struct-ops")),
    replace: base.replace || given.get("allow-replace"),
    persist: persists(given, base),
    allowHelpers: joined(base.allowHelpers, given.get("allow-helper").flat()),
    allowKfuncs: joined(base.allowKfuncs, given.get("allow-kfunc").flat()),
  };
}

/** True if struct_ops of section `.struct_ops` stay when the process is killed. `--allow-all` only permits what must stay. */
export function persists(given: GivenPermissions, base: GuestPolicy = DEFAULT_POLICY): boolean {
  return base.persist || given.get("allow-persist") || given.get("allow-persistent-struct-ops");
}

function joined(one: AllowList, other: AllowList): AllowList {
  return one === true || other === true ? true : [...one, ...other];
}

/** The names of the options that were given. */
function namesOf(given: GivenPermissions): string[] {
  return Object.keys(PERMISSIONS).filter((name) => {
    const value = isPermission(name) && given.get(name);
    return Array.isArray(value) ? value.length > 0 : value;
  });
}

function words(text: string, refuse: Refuse): string[] {
  const words = text.split(",");
  return words.includes("") ? refuse("has an empty word in its list") : words;
}

function readOnlyPolicy(names: readonly string[], base: GuestPolicy): GuestPolicy {
  const other = names.find((name) => name !== "read-only");
  if (other !== undefined) throw new UsageError(`Cannot run: --read-only excludes --${other}`);
  return base;
}

function isPermission(name: string): name is keyof Permissions {
  return Object.hasOwn(PERMISSIONS, name);
}
