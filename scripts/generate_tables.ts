/**
 * Makes the tables of symbols, structs, enums, flags and errno numbers from the pinned headers.
 *
 *     deno run --allow-all scripts/generate_tables.ts           # writes the tables
 *     deno run --allow-all scripts/generate_tables.ts --check   # only compares them, and fails when one differs
 *
 * `scripts/tables/` lists the functions, structs and numbers that the project uses. `scripts/headers/` reads the headers. Needs
 * `scripts/setup.sh tests` and `scripts/build_libbpf.sh`.
 *
 * @module
 */

import { CHECKOUT } from "./headers/clang.ts";
import { readDeclarations } from "./headers/declarations.ts";
import { assemblyScriptImports } from "./tables/assemblyscript_imports.ts";
import { errnoFiles } from "./tables/errno_tables.ts";
import { functionDocument } from "./tables/function_document.ts";
import { goImports } from "./tables/go_imports.ts";
import { numberFiles } from "./tables/number_tables.ts";
import { NATIVE } from "./tables/sources.ts";
import { prototypeFiles } from "./tables/prototypes.ts";
import { rustImports } from "./tables/rust_imports.ts";
import { structFiles } from "./tables/struct_tables.ts";
import { symbolFiles } from "./tables/symbol_tables.ts";
import { firstDifference, formatted, type GeneratedFile } from "./tables/text.ts";
import { zigImports } from "./tables/zig_imports.ts";

/** All generated files, made from the headers. */
export async function generatedFiles(): Promise<GeneratedFile[]> {
  const declarations = await readDeclarations(NATIVE);
  const files = await Promise.all([
    symbolFiles(declarations),
    structFiles(declarations),
    numberFiles(),
    errnoFiles(declarations),
    prototypeFiles(),
    functionDocument(),
    rustImports(),
    goImports(),
    assemblyScriptImports(),
    zigImports(),
  ]);
  return await formatted(files.flat());
}

/** The path and the first difference of each outdated file. @param root the checkout to compare. */
export async function outdated(files: readonly GeneratedFile[], root = CHECKOUT): Promise<string[]> {
  const differences = await Promise.all(files.map(async ({ path, text }) => {
    const difference = firstDifference(await readText(new URL(path, root)), text);
    return difference === undefined ? [] : [`${path}: ${difference}`];
  }));
  return differences.flat();
}

/** The text of a file; "" when there is none. */
async function readText(url: URL): Promise<string> {
  try {
    return await Deno.readTextFile(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function main(): Promise<number> {
  const files = await generatedFiles();
  const different = await outdated(files);
  if (!Deno.args.includes("--check")) {
    for (const { path, text } of files) await Deno.writeTextFile(new URL(path, CHECKOUT), text);
    console.log(`${files.length} files, ${different.length} of them changed`);
    return 0;
  }
  for (const line of different) console.error(line);
  if (different.length > 0) console.error("deno run --allow-all scripts/generate_tables.ts makes them current");
  else console.log(`${files.length} generated files agree with their headers`);
  return different.length === 0 ? 0 : 1;
}

if (import.meta.main) Deno.exit(await main());
