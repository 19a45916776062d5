/**
 * The policy that a module has for itself.
 *
 * @module
 */

import { FormatError, GuestError, printable } from "../../../errors/mod.ts";
import { POLICY_SECTION, readPolicyText } from "../../../wasm/policy_section.ts";
import type { GuestPolicy } from "./guest_policy.ts";
import { findPolicyProblem, policyFileOf } from "./policy_schema.ts";

/**
 * Reads the policy of a module; undefined if it has none. It only narrows what the caller allows, and gives no directory and no variable.
 *
 * @throws {GuestError} "invalid-module" when the policy has a mistake: then nobody knows what it was to exclude.
 */
export function readModulePolicy(bytes: Uint8Array): GuestPolicy | undefined {
  try {
    const text = readPolicyText(bytes);
    return text === undefined ? undefined : policyOfText(text);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new GuestError("invalid-module", printable(`Cannot run the module: its policy is damaged: ${error.problem}`));
  }
}

function policyOfText(text: string): GuestPolicy {
  const value = parsed(text);
  const found = findPolicyProblem(value);
  if (found === undefined) return policyFileOf(value).policy;
  throw new FormatError(POLICY_SECTION, `${found.path.join(".")}: ${found.problem}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FormatError(POLICY_SECTION, "it is not JSON");
  }
}
