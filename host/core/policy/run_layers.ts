/**
 * The policies of one run.
 *
 * @module
 */

import { DEFAULT_POLICY, type GuestPolicy } from "./guest_policy.ts";
import type { PolicyLayer } from "./layers.ts";
import { readModulePolicy } from "./module_policy.ts";
import { checkPolicy } from "./policy_schema.ts";

/** The options of a run that its policies follow from; see `RunGuestOptions` and `HostOptions`. */
export interface PolicyOptions {
  readonly policy?: GuestPolicy | undefined;
  readonly readOnly?: boolean | undefined;
  readonly allowPersistentStructOps?: boolean | undefined;
  readonly maxLinks?: number | undefined;
}

/**
 * The policies of a run: the caller's, one that narrows it, and the module's own. Keys that a JavaScript caller leaves out have the
 * defaults.
 *
 * @throws {TypeError} for a policy with a mistake.
 * @throws {GuestError} for a module with a damaged policy.
 */
export function layersOf(bytes: Uint8Array, options: PolicyOptions): PolicyLayer[] {
  const { policy = DEFAULT_POLICY, readOnly = false } = options;
  if (policy !== DEFAULT_POLICY) checkPolicy(policy);
  const layers: PolicyLayer[] = [];
  if (readOnly) layers.push({ policy: DEFAULT_POLICY, name: "--read-only" });
  const own = readModulePolicy(bytes);
  if (own !== undefined) layers.push({ policy: own, name: "the module's own policy" });
  // It comes last: its refusals name an option, which would not help against the others.
  return [...layers, { policy: withOptions({ ...DEFAULT_POLICY, ...policy }, options) }];
}

/** A policy with the older options that say the same. */
function withOptions(policy: GuestPolicy, { allowPersistentStructOps, maxLinks }: PolicyOptions): GuestPolicy {
  if (!allowPersistentStructOps && maxLinks === undefined) return policy;
  const { persist, limits } = policy;
  return {
    ...policy,
    persist: persist || allowPersistentStructOps === true,
    limits: { ...limits, links: maxLinks ?? limits.links },
  };
}
