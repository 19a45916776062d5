/**
 * Parses policy files: JSON with comments. A mistake is reported with its line and column.
 *
 * Only the command line loads this file, and only when it gets a policy file.
 *
 * @module
 */

import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from "jsonc-parser";
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
  const errors: ParseError[] = [];
  const content = text.startsWith("\uFEFF") ? text.slice(1) : text;
  const tree = parseTo(content, errors);
  const [error] = errors;
  if (error !== undefined) {
    throw new PolicyError(content, error.offset, SYNTAX[printParseErrorCode(error.error)] ?? "it is not JSON");
  }
  if (tree === undefined) throw new PolicyError(content, 0, "it is empty");
  checkDuplicates(content, tree);
  const value: unknown = getNodeValue(tree);
  const found = findPolicyProblem(value);
  if (found !== undefined) throw errorOf(content, tree, found, nearest);
  return value;
}

/** Parses with a recursive parser, which has an error of its own for a text that is nested too deeply. */
function parseTo(text: string, errors: ParseError[]): Node | undefined {
  try {
    return parseTree(text, errors, { allowTrailingComma: true });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new PolicyError(text, 0, "it is nested too deeply");
  }
}

const SYNTAX: Readonly<Record<string, string>> = {
  InvalidSymbol: "it is not JSON: an unknown word",
  InvalidNumberFormat: "it is not a number",
  PropertyNameExpected: 'a key in "quotes" is missing',
  ValueExpected: "a value is missing",
  ColonExpected: "a colon is missing",
  CommaExpected: "a comma is missing",
  CloseBraceExpected: "} is missing",
  CloseBracketExpected: "] is missing",
  EndOfFileExpected: "something follows the end of the policy",
  InvalidCommentToken: "a comment is not finished",
  UnexpectedEndOfComment: "a comment is not finished",
  UnexpectedEndOfString: "a text is not finished",
  UnexpectedEndOfNumber: "a number is not finished",
  InvalidUnicode: "a text has a wrong \\u escape",
  InvalidEscapeCharacter: "a text has an unknown escape",
  InvalidCharacter: "a text has a character that needs an escape",
};

/** A key that is there twice has two values, and readers could differ about which one counts. */
function checkDuplicates(text: string, node: Node): void {
  const keys = new Set<string>();
  for (const child of node.children ?? []) {
    const [key] = child.children ?? [];
    if (node.type === "object" && typeof key?.value === "string") {
      if (keys.has(key.value)) {
        throw new PolicyError(text, key.offset, `key ${JSON.stringify(key.value)} is there twice`);
      }
      keys.add(key.value);
    }
    checkDuplicates(text, child);
  }
}

function errorOf(text: string, tree: Node, { path, at, problem }: PolicyProblem, nearest: FindNearest): PolicyError {
  const steps = path.map((step) => /^\d+$/.test(String(step)) ? Number(step) : step);
  const value = findNodeAtLocation(tree, steps) ?? findNodeAtLocation(tree, [...path]) ?? tree;
  const key = value.parent?.children?.[0];
  const offset = at === "key" && key !== undefined ? key.offset : value.offset;
  const name = String(path.at(-1) ?? "");
  if (at === "key") {
    const meant = nearest(name, Object.keys(path.length > 1 ? LIMIT_KEYS : POLICY_KEYS));
    return new PolicyError(text, offset, meant === undefined ? problem : `${problem}, did you mean "${meant}"?`);
  }
  return new PolicyError(text, offset, path.length === 0 ? problem : `${path[0]}: ${problem}`);
}
