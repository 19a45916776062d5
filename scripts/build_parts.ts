/**
 * Writes the parts of the binary: for each, a script with its modules, and V8's code cache for it with the bytecode of all functions; or
 * only a compressed script.
 * Run it with the flags of the final program, because V8 compares them.
 *
 *     deno run -A --v8-flags=--no-lazy scripts/build_parts.ts FOLDER [--no-cache]
 *
 * @module
 */

import { Script } from "node:vm";
import { gzipSync } from "node:zlib";
import { Parts } from "../cli/parts.ts";
import { hasBytecode, partOf } from "./binary_parts.ts";

const ROOT = new URL("../", import.meta.url).pathname;
const ENTRY = "cli/main.ts";

/** For each module, by path, the modules that it imports, apart from types. */
type Graph = ReadonlyMap<string, readonly string[]>;

/** A function that a part imports from one that may not be loaded. */
interface LateImport {
  readonly path: string;
  readonly name: string;
}

function readGraph(): Graph {
  const prefix = `file://${ROOT}`;
  const isOurs = (url: unknown): url is string => typeof url === "string" && url.startsWith(prefix);
  const graph = new Map<string, string[]>();
  for (const { specifier, dependencies = [] } of JSON.parse(deno("info", "--json", "--frozen", ENTRY)).modules) {
    if (!isOurs(specifier)) continue;
    const imported = dependencies.map((one: { code?: { specifier?: string } }) => one.code?.specifier).filter(isOurs);
    graph.set(specifier.slice(prefix.length), imported.map((url: string) => url.slice(prefix.length)));
  }
  return graph;
}

/** Bundles a part. It exports the modules that other parts import; those of other parts remain imports. */
function bundle(part: string, graph: Graph, folder: string): string {
  const isOwn = (path: string) => partOf(path) === part;
  const foreign = [...graph].filter(([path]) => !isOwn(path));
  const exported = new Set([ENTRY, ...foreign.flatMap(([, imported]) => imported)].filter(isOwn));
  const entry = `${folder}/${part}.ts`;
  Deno.writeTextFileSync(
    entry,
    Array.from(exported, (path) => `export * as "${path}" from "${ROOT}${path}";\n`).join(""),
  );
  const external = foreign.flatMap(([path]) => ["--external", ROOT + path]);
  const text = deno("bundle", "--quiet", "--frozen", "--minify", ...external, entry);
  Deno.removeSync(entry);
  return text.replaceAll(`"${ROOT}`, '"');
}

/**
 * Makes a script of a minified bundle: a function, as {@link Parts} expects. Imports of the main part become constants, because it is
 * always loaded. Imports of functions from other parts become functions that load the part when they are called, and are added to
 * `late`. Imports of classes and constants, which begin with a capital letter, load it at once; the main part must have none.
 */
export function scriptOf(
  bundle: string,
  { part = "tools", late = [] }: { part?: string; late?: LateImport[] } = {},
): string {
  const find = (path: string) => `find(${JSON.stringify(partOf(path))},${JSON.stringify(path)})`;
  const declaration = (path: string) => ([name, local]: readonly [string, string]) => {
    if (path.startsWith("node:")) return `const ${local}=process.getBuiltinModule("${path}").${name};`;
    const isLate = partOf(path) !== "main" && /^[a-z]/.test(name);
    if (!isLate && part === "main") throw new Error(`Cannot import ${name} of ${path} late: ${ADVICE}`);
    if (!isLate) return `const ${local}=${find(path)}.${name};`;
    late.push({ path, name });
    return `const ${local}=(...a)=>${find(path)}.${name}(...a);`;
  };
  const body = bundle
    .replaceAll(/import\{([^}]*)\}from"([^"]+)";/g, (_, names, path) => namesIn(names).map(declaration(path)).join(""))
    .replaceAll(/import\("([^"]+)"\)/g, (_, path) => find(path))
    // Only a checkout has files beside its modules. Code that looks for some compares the protocol with "file:".
    .replaceAll("import.meta.url", '"binary:///"')
    .replace(
      /export\{([^}]*)\};?\s*$/,
      (_, names) => `return{${namesIn(names).map(([local, name]) => `${name}:${local}`)}};`,
    );
  return `(function(find){"use strict";${body}})`;
}

const ADVICE = "it is not a plain function (see scripts/binary_parts.ts)";

/** The names in "a as b,c". */
function namesIn(list: string): (readonly [name: string, as: string])[] {
  return list.split(",").map((one) => {
    const [name = "", as = name] = one.split(/ as ?/);
    return [name, as];
  });
}

function cacheOf(script: string): Uint8Array {
  const cachedData = new Script(script).createCachedData();
  if (new Script(script, { cachedData }).cachedDataRejected) {
    throw new Error("Cannot use the code cache: V8 rejects it");
  }
  return cachedData;
}

/** Loads all parts, and checks that late imports are functions. */
function checkParts(folder: string, late: readonly LateImport[]): void {
  const parts = new Parts({
    readText: (name) => Deno.readTextFileSync(`${folder}/${name}`),
    readBytes: (name) => Deno.readFileSync(`${folder}/${name}`),
  });
  for (const { path, name } of late) {
    const value = parts.find(partOf(path), path)?.[name];
    if (typeof value !== "function") throw new Error(`Cannot import ${name} of ${path} late: ${ADVICE}`);
  }
}

function deno(...args: string[]): string {
  const { success, stdout, stderr } = new Deno.Command(Deno.execPath(), { args, cwd: ROOT }).outputSync();
  const decoder = new TextDecoder();
  if (!success) throw new Error(`deno ${args[0]} failed: ${decoder.decode(stderr)}`);
  return decoder.decode(stdout);
}

if (import.meta.main) {
  const [folder, noCache] = Deno.args;
  if (folder === undefined) throw new TypeError("usage: build_parts.ts FOLDER [--no-cache]");
  const graph = readGraph();
  const late: LateImport[] = [];
  for (const part of new Set(Array.from(graph.keys(), partOf))) {
    const script = scriptOf(bundle(part, graph, folder), { part, late });
    if (!hasBytecode(part)) {
      Deno.writeFileSync(`${folder}/${part}.gz`, gzipSync(script, { level: 9 }));
      continue;
    }
    Deno.writeTextFileSync(`${folder}/${part}.js`, script);
    Deno.writeFileSync(`${folder}/${part}.cache`, noCache === undefined ? cacheOf(script) : new Uint8Array());
  }
  checkParts(folder, late);
}
