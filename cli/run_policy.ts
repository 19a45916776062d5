/**
 * The policy of a run: from its options, and from a policy file.
 *
 * @module
 */

import type { System } from "../ffi/mod.ts";
import type { RunGuestOptions } from "../host/mod.ts";
import { anyText, type Refuse, single } from "./options.ts";
import { type GivenPermissions, PERMISSION_GROUP as group, PERMISSIONS, persists, policyOf } from "./permissions.ts";
import { type ParsePolicy, readPolicyFile } from "./policy_file.ts";
import { parseDirectory, parseVariable } from "./resources.ts";
import { UsageError } from "./usage_error.ts";

/** The options that a policy follows from. */
export const POLICY_OPTIONS = {
  policy: single({
    group,
    value: "FILE",
    parse: anyText,
    help: "a file that says all of this, and more: docs/policy.md",
  }),
  ...PERMISSIONS,
  "allow-pin": single({ group, value: "DIR", parse: anyText, help: "the same as --pin" }),
};

/** The options that were given. */
type Given = GivenPermissions & {
  get(name: "policy" | "pin" | "allow-pin"): string | undefined;
};

/** Adds the policy to the options of the guest, with what a policy file gives. */
export type AddPolicy = (system: System, guest: RunGuestOptions) => RunGuestOptions;

/** Reads the policy file, if there is one. */
export function policyReader(given: Given, parse: ParsePolicy | undefined): AddPolicy {
  const path = given.get("policy");
  return (system, guest) => {
    if (path === undefined) {
      return { ...guest, policy: policyOf(given), allowPersistentStructOps: persists(given) };
    }
    if (parse === undefined) throw new TypeError("Cannot read the policy: its parser is not loaded");
    const { policy, pin, directories, environment } = readPolicyFile(system, path, parse);
    const refuse: Refuse = (reason) => {
      throw new UsageError(`Cannot use policy "${path}": ${reason}`);
    };
    return {
      ...guest,
      policy: policyOf(given, policy),
      allowPersistentStructOps: persists(given, policy),
      pinPath: guest.pinPath ?? pin,
      preopens: [...directories.map(parseDirectory), ...guest.preopens ?? []],
      env: { ...Object.fromEntries(environment.map((text) => parseVariable(text, refuse))), ...guest.env },
    };
  };
}

/** The directory for pins. Both options have the same meaning. */
export function pinOf(given: Given): string | undefined {
  const [pin, other] = [given.get("pin"), given.get("allow-pin")];
  if (pin !== undefined && other !== undefined) throw new UsageError("Cannot run: --pin and --allow-pin are the same");
  const path = pin ?? other;
  if (path !== undefined && given.get("read-only")) throw new UsageError("Cannot run: --read-only excludes --pin");
  return path;
}
