/**
 * Parses policy files: JSON with comments. A mistake is reported with its line and column.
 *
 * Only the command line loads this file, and only when it gets a policy file.
 *
 * @module
 */

import { JsonError, type JsonNode, parseJson } from "./json_tree.ts";
import {
  findPolicyProblem,
  LIMIT_KEYS,
  POLICY_KEYS,
  type PolicyFile,
  policyFileOf,
  type PolicyProblem,
} from "./policy_schema.ts";

/** A policy file with a mistake. */
export class PolicyError extends Error {
  override readonly name = "PolicyError";
  /** The line of the mistake, from 1. */
  readonly line: number;
  /** The column of the mistake in characters, from 1. */
  readonly column: number;
  /** The reason, without the place. */
  readonly problem: string;

  constructor(text: string, offset: number, problem: string) {
    const before = text.slice(0, offset).split(/\r\n|\r|\n/);
    const [line, column] = [before.length, [...before.at(-1) ?? ""].length + 1];
    super(`line ${line}, column ${column}: ${problem}`);
    this.line = line;
    this.column = column;
    this.problem = problem;
  }
}

/** Words that are like a misspelled one; undefined if none is. */
export type FindNearest = (word: string, known: readonly string[]) => string | undefined;

/**
 * Parses the text of a policy file.
 *
 * @param nearest finds the key that was meant by an unknown one.
 * @throws {PolicyError} for the first mistake.
 */
export function parsePolicy(text: string, nearest?: FindNearest): PolicyFile {
  return policyFileOf(checkedValue(text, nearest));
}

/** The same policy as JSON without comments, for a module. @throws {PolicyError} for the first mistake. */
export function policyJson(text: string, nearest?: FindNearest): string {
  return JSON.stringify(checkedValue(text, nearest));
}

function checkedValue(text: string, nearest: FindNearest = () => undefined): unknown {
  const content = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const tree = parsed(content);
  const found = findPolicyProblem(tree.value);
  if (found !== undefined) throw errorOf(content, tree, found, nearest);
  return tree.value;
}

function parsed(text: string): JsonNode {
  try {
    return parseJson(text);
  } catch (error) {
    throw error instanceof JsonError ? new PolicyError(text, error.offset, error.message) : error;
  }
}

/** The error for a mistake that the path leads to. */
function errorOf(
  text: string,
  tree: JsonNode,
  { path, at, problem }: PolicyProblem,
  nearest: FindNearest,
): PolicyError {
  let [node, keyOffset] = [tree, tree.offset];
  for (const step of path) {
    const member = node.members.get(step);
    keyOffset = member?.keyOffset ?? keyOffset;
    node = member?.node ?? node.items[Number(step)] ?? node;
  }
  const name = path.at(-1) ?? "";
  if (at === "value") return new PolicyError(text, node.offset, name === "" ? problem : `${path[0]}: ${problem}`);
  const meant = nearest(name, Object.keys(path.length > 1 ? LIMIT_KEYS : POLICY_KEYS));
  return new PolicyError(text, keyOffset, meant === undefined ? problem : `${problem}, did you mean "${meant}"?`);
}
