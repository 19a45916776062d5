/**
 * Reads policy files.
 *
 * @module
 */

import type { parsePolicy } from "../host/core/policy/parse_policy.ts";
import { printable } from "../errors/mod.ts";
import type { System } from "../ffi/mod.ts";
import { nearest } from "./nearest.ts";
import { UsageError } from "./usage_error.ts";

/** The parser, which is loaded only for a run with a policy file. */
export type ParsePolicy = typeof parsePolicy;

/** Parses the text of a policy, and finds the keys that were meant by unknown ones. */
type ParseText<T> = (text: string, findNearest: typeof nearest) => T;

/**
 * Reads and parses the file at `path`.
 *
 * @throws {BpfError} if the file cannot be read.
 * @throws {UsageError} with the line and the column of the first mistake.
 */
export function readPolicyFile<T>(system: Pick<System, "readFile">, path: string, parse: ParseText<T>): T {
  const text = new TextDecoder().decode(system.readFile(path));
  try {
    return parse(text, nearest);
  } catch (error) {
    // A class of the parser's module would load that module into every run.
    if (!(error instanceof Error) || error.name !== "PolicyError") throw error;
    throw new UsageError(
      printable(`Cannot use policy "${path}": ${error.message}`),
      "docs/policy.md describes policies",
    );
  }
}
