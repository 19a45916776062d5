/**
 * Reads the file of `--policy`.
 *
 * @module
 */

import type { parsePolicy } from "../host/core/policy/parse_policy.ts";
import type { PolicyFile } from "../host/core/policy/policy_schema.ts";
import type { System } from "../ffi/mod.ts";
import { nearest } from "./nearest.ts";
import { UsageError } from "./usage_error.ts";

/** The parser, which is loaded only for a run with a policy file. */
export type ParsePolicy = typeof parsePolicy;

/**
 * Reads and parses the file at `path`.
 *
 * @throws {BpfError} if the file cannot be read.
 * @throws {UsageError} with the line and the column of the first mistake.
 */
export function readPolicyFile(system: System, path: string, parse: ParsePolicy): PolicyFile {
  const text = new TextDecoder().decode(system.readFile(path));
  try {
    return parse(text, nearest);
  } catch (error) {
    // A class of the parser's module would load that module into every run.
    if (!(error instanceof Error) || error.name !== "PolicyError") throw error;
    throw new UsageError(`Cannot use policy "${path}": ${error.message}`, "docs/policy.md describes policies");
  }
}
