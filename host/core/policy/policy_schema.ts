/**
 * The schema of policies in files, in modules and from programs: each key with the kind of its value.
 *
 * @module
 */

import { DEFAULT_POLICY, type GuestPolicy, type PolicyLimits } from "./guest_policy.ts";

/** The contents of a policy file: the policy, and what it gives to the guest. */
export interface PolicyFile {
  readonly policy: GuestPolicy;
  /** The directory for pins, as `--pin`. */
  readonly pin: string | undefined;
  /** Directories and files, as `--dir`. */
  readonly directories: readonly string[];
  /** Variables, as `--env`. */
  readonly environment: readonly string[];
}

/** A mistake in a policy: the keys, and the index in a list, that lead to it, and the reason. */
export interface PolicyProblem {
  readonly path: readonly string[];
  /** The part that is wrong: the key or the value. */
  readonly at: "key" | "value";
  readonly problem: string;
}

/** The kinds of values. */
export type ValueKind = "boolean" | "list" | "strings" | "string" | "limits" | "number" | "version";

/** The keys of a policy file, with the kinds of their values. */
export const POLICY_KEYS: Readonly<
  Record<keyof GuestPolicy | "version" | "pin" | "directories" | "environment", ValueKind>
> = {
  version: "version",
  network: "list",
  deny: "boolean",
  override: "boolean",
  writeUser: "boolean",
  signal: "boolean",
  structOps: "list",
  replace: "boolean",
  persist: "boolean",
  allowHelpers: "list",
  allowKfuncs: "list",
  programTypes: "list",
  helpers: "list",
  kfuncs: "list",
  functions: "list",
  tracepoints: "list",
  binaries: "list",
  interfaces: "list",
  cgroups: "list",
  mapTypes: "list",
  perfEvents: "boolean",
  packetSockets: "boolean",
  limits: "limits",
  pin: "string",
  directories: "strings",
  environment: "strings",
};

/** The keys of `limits`. */
export const LIMIT_KEYS: Readonly<Record<keyof PolicyLimits, ValueKind>> = {
  objects: "number",
  programs: "number",
  links: "number",
  buffers: "number",
  maps: "number",
  mapBytes: "number",
};

/** The only version of the schema. */
export const POLICY_VERSION = 1;

/** The first mistake in the value of a policy file; undefined if there is none. */
export function findPolicyProblem(value: unknown): PolicyProblem | undefined {
  if (!isRecord(value)) return { path: [], at: "value", problem: "a policy is an object with keys" };
  return findInRecord(value, POLICY_KEYS, []);
}

/** The contents of a policy file without mistakes, see {@link findPolicyProblem}. Keys that it lacks have the defaults. */
export function policyFileOf(value: unknown): PolicyFile {
  const given = isRecord(value) ? value : {};
  const policy: Record<string, unknown> = { ...DEFAULT_POLICY };
  for (const key in DEFAULT_POLICY) {
    if (Object.hasOwn(given, key)) {
      policy[key] = given[key] === false && POLICY_KEYS_BY_NAME[key] === "list" ? [] : given[key];
    }
  }
  return {
    policy: assertPolicy(policy),
    pin: typeof given["pin"] === "string" ? given["pin"] : undefined,
    directories: stringsOf(given["directories"]),
    environment: stringsOf(given["environment"]),
  };
}

const POLICY_KEYS_BY_NAME: Readonly<Record<string, ValueKind>> = POLICY_KEYS;

function assertPolicy(policy: Record<string, unknown>): GuestPolicy {
  if (!isPolicy(policy)) throw new TypeError("Cannot use a policy: it has a mistake");
  return Object.freeze(policy);
}

/** True for a policy with every key, each of the right kind. */
function isPolicy(policy: Record<string, unknown>): policy is Record<string, unknown> & GuestPolicy {
  return Object.keys(DEFAULT_POLICY).every((key) => Object.hasOwn(policy, key)) &&
    findPolicyProblem(policy) === undefined;
}

/** Checks the policy that a program gives. @throws {TypeError} with the key that is wrong. */
export function checkPolicy(policy: GuestPolicy): void {
  const found = findPolicyProblem(policy);
  if (found !== undefined) throw new TypeError(`Cannot use policy: ${found.path.join(".")}: ${found.problem}`);
}

function findInRecord(
  record: Readonly<Record<string, unknown>>,
  keys: Readonly<Record<string, ValueKind>>,
  before: readonly string[],
): PolicyProblem | undefined {
  for (const [key, value] of Object.entries(record)) {
    const path = [...before, key];
    const kind = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (kind === undefined) return { path, at: "key", problem: `unknown key ${JSON.stringify(key)}` };
    const found = findInValue(value, kind, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

function findInValue(value: unknown, kind: ValueKind, path: readonly string[]): PolicyProblem | undefined {
  const wrong = (problem: string): PolicyProblem => ({ path, at: "value", problem });
  switch (kind) {
    case "boolean":
      return typeof value === "boolean" ? undefined : wrong("it is true or false");
    case "string":
      return typeof value === "string" && value !== "" ? undefined : wrong("it is a text");
    case "list":
      if (typeof value === "boolean") return undefined;
      return findInStrings(value, path, "it is true, false, or a list of patterns");
    case "strings":
      return findInStrings(value, path, "it is a list of texts");
    case "version":
      return value === POLICY_VERSION ? undefined : wrong(`the only version is ${POLICY_VERSION}`);
    case "number":
      if (value === undefined) return undefined;
      return typeof value === "number" && Number.isSafeInteger(value) && value >= 0
        ? undefined
        : wrong("it is a whole number from 0");
    case "limits":
      return isRecord(value) ? findInRecord(value, LIMIT_KEYS, path) : wrong("it is an object with limits");
  }
}

function findInStrings(value: unknown, path: readonly string[], problem: string): PolicyProblem | undefined {
  if (!Array.isArray(value)) return { path, at: "value", problem };
  const items: readonly unknown[] = value;
  const index = items.findIndex((item) => typeof item !== "string" || item === "");
  return index < 0 ? undefined : { path: [...path, String(index)], at: "value", problem: "it is a text" };
}

function stringsOf(value: unknown): string[] {
  const items: readonly unknown[] = Array.isArray(value) ? value : [];
  return items.filter((item) => typeof item === "string");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
