/**
 * The files of symbols: tables for `Deno.dlopen`.
 *
 * @module
 */

import { evaluate } from "../headers/clang.ts";
import type { Declarations } from "../headers/declarations.ts";
import { architectureParts, numberText } from "./architectures.ts";
import { SELECTED_SYMBOLS, SELECTED_SYSTEM_CALLS, SYSTEM_CALLS_PATH } from "./selected_symbols.ts";
import { kernelHeaders, LIBBPF_SOURCE } from "./sources.ts";
import { type SymbolRow, symbolRows, systemCallRows, versionsOf } from "./symbol_rows.ts";
import { docComment, type GeneratedFile, typescriptFile } from "./text.ts";

/** All files of symbols. @param declarations those of `NATIVE`. */
export async function symbolFiles(declarations: Declarations): Promise<GeneratedFile[]> {
  const since = versionsOf(await Deno.readTextFile(new URL("libbpf.map", LIBBPF_SOURCE)));
  const files = SELECTED_SYMBOLS.map(({ path, about, tables }) => {
    const rows = tables.map((table) => symbolRows(declarations, table, since));
    const hasOptional = rows.flat().some(({ optional }) => optional);
    return typescriptFile(
      path,
      `${about}${hasOptional ? " Rows that libbpf 1.1 lacks are optional." : ""}`,
      tables.map((table, index) => {
        const texts = (rows[index] ?? []).map((row) => rowText(row, "")).join("");
        return `${docComment(table.about)}export const ${table.name} = {\n${texts}} as const;\n`;
      }),
    );
  });
  const calls = systemCallRows(declarations, SELECTED_SYSTEM_CALLS);
  return [...files, await systemCallFile(calls)];
}

async function systemCallFile(calls: readonly SymbolRow[]): Promise<GeneratedFile> {
  const expressions = calls.map(({ name }) => `__NR_${name}`);
  const x86_64 = await evaluate(kernelHeaders("x86_64", ["asm/unistd.h"]), expressions);
  const aarch64 = await evaluate(kernelHeaders("aarch64", ["asm/unistd.h"]), expressions);
  const numbers = calls.map(({ name }, index) =>
    `  ${name}: ${numberText({ x86_64: x86_64[index] ?? 0, aarch64: aarch64[index] ?? 0 })},\n`
  );
  const rows = calls.map((row) => rowText({ ...row, parameters: ["i32", ...row.parameters] }, "name: symbol, "));
  const aboutNumbers = docComment("The numbers of the system calls on this machine's architecture.");
  const aboutRows = docComment(
    "Rows that reach the system calls through `symbol`, a C function like syscall(2). Its first parameter is the number. " +
      "Each row has the prototype of its system call. Results have 32 bits, or 64 for addresses and offsets.",
  );
  return typescriptFile(SYSTEM_CALLS_PATH, "System calls: their numbers and their rows for `Deno.dlopen`.", [
    ...architectureParts(numbers),
    `${aboutNumbers}export const NUMBER = {\n${numbers.join("")}} as const;\n`,
    `${aboutRows}export function systemCallRows(symbol: string) {\nreturn {\n${rows.join("")}} as const;\n}\n`,
  ]);
}

function rowText({ name, prototype, parameters, result, optional }: SymbolRow, first: string): string {
  const types = parameters.map((type) => `"${type}"`).join(", ");
  const last = optional ? ", optional: true" : "";
  return `  // ${prototype}\n  ${name}: { ${first}parameters: [${types}], result: "${result}"${last} },\n`;
}
