/**
 * Reads C headers with clang: their declarations, their macros, and the values of constant expressions.
 *
 * clang parses the headers, so no C syntax is read here. Nothing that clang compiles is run, so the results for another
 * architecture need only its headers.
 *
 * @module
 */

import { llvmTool } from "../pins.ts";

/** The top of the checkout. Relative directories of headers start here. */
export const CHECKOUT = new URL("../../", import.meta.url);

/** C code and the way to compile it. */
export interface Source {
  /** The code, usually lines of `#include`. */
  readonly code: string;
  /** Further options of clang, such as `-I` and `--target`. */
  readonly options: readonly string[];
}

/** The used part of one node of clang's syntax tree. */
export interface AstNode {
  readonly kind: string;
  readonly name?: string;
  readonly type?: { readonly qualType: string };
  readonly inner?: readonly AstNode[];
  /** Of a `ConstantExpr`: its value in decimal digits. */
  readonly value?: string;
  /** Of a `RecordDecl`. */
  readonly tagUsed?: "struct" | "union";
  /** Of a `RecordDecl`: true when its fields are declared. */
  readonly completeDefinition?: boolean;
  /** Of a `FieldDecl`. */
  readonly isBitfield?: boolean;
  /** Of a `FunctionDecl`: true when it takes more arguments than it names. */
  readonly variadic?: boolean;
}

/**
 * The declarations of `source`: the children of the root of clang's syntax tree.
 *
 * @throws {Error} with clang's messages, when the code does not compile.
 */
export async function syntaxTree(source: Source): Promise<readonly AstNode[]> {
  const tree: AstNode = JSON.parse(await clang(source, ["-fsyntax-only", "-Xclang", "-ast-dump=json"]));
  return tree.inner ?? [];
}

/**
 * The values of constant expressions such as `sizeof(struct statx)` or the name of a macro, in the order of `expressions`.
 *
 * @throws {Error} with clang's messages, when an expression is unknown, or not a constant of 64 bits.
 */
export async function evaluate(source: Source, expressions: readonly string[]): Promise<number[]> {
  // The syntax tree shows the values of enumerators.
  const probes = expressions.map((expression, index) => `enum { PROBE_${index} = (long long)(${expression}) };`);
  const values = new Map<string, number>();
  for (const { kind, inner } of await syntaxTree({ ...source, code: [source.code, ...probes].join("\n") })) {
    if (kind !== "EnumDecl") continue;
    for (const { name = "", inner: value } of inner ?? []) values.set(name, constantValue(value ?? []) ?? NaN);
  }
  return expressions.map((expression, index) => {
    const value = values.get(`PROBE_${index}`);
    if (Number.isSafeInteger(value) && value !== undefined) return value;
    throw new Error(`Cannot evaluate ${expression}: clang gives ${value}`);
  });
}

/** The value of an enumerator from the nodes below it; undefined when the code gives it none. */
export function constantValue(nodes: readonly AstNode[]): number | undefined {
  for (const { kind, value, inner } of nodes) {
    // A cast may come before the constant.
    const found = kind === "ConstantExpr" ? Number(value) : constantValue(inner ?? []);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The macros without parameters that `source` defines: the replacement of each name, before it is expanded further. */
export async function macros(source: Source): Promise<ReadonlyMap<string, string>> {
  const text = await clang(source, ["-dM", "-E"]);
  const definitions = text.split("\n").map((line) => line.split(" ").slice(1));
  return new Map(
    definitions.filter(([name = ""]) => name !== "" && !name.includes("("))
      .map(([name = "", ...words]) => [name, words.join(" ")]),
  );
}

/** Runs clang on `source`. @returns its output. */
async function clang({ code, options }: Source, action: readonly string[]): Promise<string> {
  const command = new Deno.Command(llvmTool("clang"), {
    args: [...action, "-std=gnu23", ...options, "-x", "c", "-"],
    cwd: CHECKOUT,
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const input = ReadableStream.from([new TextEncoder().encode(`${code}\n`)]);
  const [{ success, stdout, stderr }] = await Promise.all([command.output(), input.pipeTo(command.stdin)]);
  if (!success) throw new Error(`Cannot read the headers:\n${new TextDecoder().decode(stderr)}`);
  return new TextDecoder().decode(stdout);
}
