/**
 * Compares the tables of the symbols folders of ffi/ with the headers that they were written from, and says what differs.
 *
 *     deno run --allow-read --allow-write --allow-run=clang-19 scripts/check_symbols.ts
 *
 * Each row carries its C prototype in the comment before it. First a compiler reads all prototypes after the installed headers:
 * one that differs from the header is a conflict, one that the header lacks an unknown name. Then each row's types are compared
 * with its prototype: how many, how wide, pointer or number. At last, rows that libbpf 1.1 lacks must be optional.
 *
 * @module
 */

const ROOT = new URL("../", import.meta.url);
const FOLDERS = ["ffi/libbpf/symbols/", "ffi/system/symbols/"];
const VERSIONS = new URL(".build/libbpf/libbpf-1.5.0/src/libbpf.map", ROOT);

/** One row of a table, as it is written. */
export interface Row {
  file: string;
  line: number;
  name: string;
  prototype: string;
  parameters: readonly string[];
  result: string;
  optional: boolean;
  /** A system call through `syscall(2)`: its number comes first, and its prototype is libc's. */
  isSyscall: boolean;
}

const ROW =
  /\/\/ (?<prototype>[^\n]*)\n\s*(?<name>\w+): (?:(?<wrapper>\w*[sS]yscallRow)\(symbol, \[(?<arguments>[^\]]*)\]\)|\{\s*parameters: \[(?<parameters>[^\]]*)\],\s*result: "(?<result>\w+)",?(?<rest>[^}]*)\})/g;

/** The rows in the text of a table. */
export function rowsOf(file: string, text: string): Row[] {
  return [...text.matchAll(ROW)].map(({ index, groups = {} }) => ({
    file,
    line: text.slice(0, index).split("\n").length,
    name: groups["name"] ?? "",
    prototype: groups["prototype"] ?? "",
    parameters: [...(groups["parameters"] ?? groups["arguments"] ?? "").matchAll(/"(\w+)"/g)].map(([, type]) =>
      type ?? ""
    ),
    result: groups["result"] ?? (groups["wrapper"] === "wideSyscallRow" ? "i64" : "i32"),
    optional: /optional: true/.test(groups["rest"] ?? ""),
    isSyscall: groups["wrapper"] !== undefined,
  }));
}

/** The classes of native types, by width and sign. */
type Width = "void" | "bool" | "i32" | "u32" | "i64" | "u64" | "pointer";

const WIDTHS: Readonly<Record<string, Width>> = {
  "void": "void",
  "bool": "bool",
  "int": "i32",
  "pid_t": "i32",
  "clockid_t": "i32",
  "unsigned int": "u32",
  "__u32": "u32",
  "uint32_t": "u32",
  "mode_t": "u32",
  "socklen_t": "u32",
  "long": "i64",
  "off_t": "i64",
  "loff_t": "i64",
  "ssize_t": "i64",
  "__u64": "u64",
  "size_t": "u64",
  "nfds_t": "u64",
  "unsigned long": "u64",
  "va_list": "pointer",
  "libbpf_print_fn_t": "pointer",
  "cap_user_header_t": "pointer",
  "cap_user_data_t": "pointer",
};

/** The native types that a row may use for a C type. An address may be a number if the caller keeps its memory alive. */
const NATIVE: Readonly<Record<Width, readonly string[]>> = {
  void: ["void"],
  bool: ["bool"],
  i32: ["i32"],
  u32: ["u32"],
  i64: ["i64", "isize"],
  u64: ["u64", "usize"],
  pointer: ["pointer", "buffer", "function", "u64"],
};

/** The width of a declaration: a type, and perhaps a name after it. Undefined for a type that is not known here. */
function widthOf(declaration: string): Width | undefined {
  const text = declaration.replace(/\bconst\b/g, "").replace(/\s+/g, " ").trim();
  if (/[*[]/.test(text)) return "pointer";
  if (/^enum \w+/.test(text)) return "i32";
  return WIDTHS[text] ?? WIDTHS[text.replace(/ \w+$/, "")];
}

/** The differences between a row's types and its prototype. */
export function problemsOf(row: Row): string[] {
  const match = /^(?<result>.*?[\s*])(?<name>\w+)\((?<parameters>.*)\)$/.exec(row.prototype);
  const { result = "", name, parameters = "" } = match?.groups ?? {};
  if (name !== row.name) return [`the comment before it is no prototype of ${row.name}: ${row.prototype}`];
  const declared = parameters === "void" ? [] : parameters.split(",").map((one) => one.trim());
  if (declared.length !== row.parameters.length) {
    return [`it has ${row.parameters.length} parameters, its prototype ${declared.length}`];
  }
  const problems = declared.flatMap((declaration, index) =>
    mismatch(declaration, row.parameters[index] ?? "", row.isSyscall)
  );
  return [...problems, ...resultMismatch(result, row)];
}

function mismatch(declaration: string, native: string, isSyscall: boolean): string[] {
  const width = widthOf(declaration);
  if (width === undefined) return [`the type of "${declaration}" is unknown to this script`];
  if (NATIVE[width].includes(native)) return [];
  // syscall(2) takes longs: a number may be declared narrower where its values are (sizes and flags below 2^32).
  if (isSyscall && width !== "pointer" && /^[iu](32|64|size)$/.test(native)) return [];
  return [`"${declaration}" is ${width}, declared as "${native}"`];
}

function resultMismatch(declaration: string, row: Row): string[] {
  const width = widthOf(declaration);
  if (width === undefined) return [`the result type "${declaration.trim()}" is unknown to this script`];
  // A system call's result: addresses and offsets in 64 bits; counts are below 2^31.
  const wanted = !row.isSyscall
    ? NATIVE[width].filter((native) => width !== "pointer" || native !== "u64")
    : width === "pointer" || /\bl?off_t\b/.test(declaration)
    ? ["i64"]
    : ["i32"];
  return wanted.includes(row.result) ? [] : [`its result is ${width}, declared as "${row.result}"`];
}

/** The symbols that libbpf got after 1.1, from its version script. */
export function newerThan11(versionScript: string): ReadonlyMap<string, string> {
  const newer = new Map<string, string>();
  for (const [, version = "", body = ""] of versionScript.matchAll(/LIBBPF_(1\.\d+)\.0 \{([^}]*)\}/g)) {
    if (Number(version.slice(2)) <= 1) continue;
    for (const [, symbol = ""] of body.matchAll(/(\w+);/g)) newer.set(symbol, version);
  }
  return newer;
}

/** The compiler's messages about the prototypes, after the headers; "" when there are none. */
export async function compilerSays(rows: readonly Row[]): Promise<string> {
  const source = [
    "#define _GNU_SOURCE",
    "#include <stdarg.h>",
    "#include <stdio.h>",
    "#include <bpf/libbpf.h>",
    "#include <bpf/bpf.h>",
    `#include "ffi/libbpf/shim.c"`,
    `#include "ffi/system/process.c"`,
    ...rows.flatMap(({ name, prototype, file, line }, index) => [
      `#line ${line} "${file}"`,
      `static const void *const known_${index} __attribute__((unused)) = (const void *)${name}; ${prototype};`,
    ]),
  ].join("\n");
  const directory = await Deno.makeTempDir();
  try {
    await Deno.writeTextFile(`${directory}/prototypes.c`, source);
    const { success, stderr } = await new Deno.Command("clang-19", {
      args: ["-fsyntax-only", "-Werror", "-I.build/include", "-I.", `${directory}/prototypes.c`],
      cwd: ROOT,
    }).output();
    return success ? "" : new TextDecoder().decode(stderr);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function main(): Promise<number> {
  const rows: Row[] = [];
  for (const folder of FOLDERS) {
    for await (const { name } of Deno.readDir(new URL(folder, ROOT))) {
      if (name.endsWith("_test.ts")) continue;
      const text = await Deno.readTextFile(new URL(folder + name, ROOT));
      const found = rowsOf(`${folder}${name}`, text);
      const written = text.match(/^\s+\w+: (\{ parameters|\{\s*$|\w*[sS]yscallRow\()/gm)?.length ?? 0;
      if (found.length !== written) console.log(`${folder}${name}: ${written - found.length} rows have no prototype`);
      if (found.length !== written) return 1;
      rows.push(...found);
    }
  }
  const newer = newerThan11(await Deno.readTextFile(VERSIONS));
  const problems = rows.flatMap((row) => {
    const since = newer.get(row.name);
    const missing = since !== undefined && !row.optional
      ? [`libbpf 1.1 lacks it (${since} has it): make it optional`]
      : [];
    return [...problemsOf(row), ...missing].map((problem) => `${row.file}:${row.line}: ${row.name}: ${problem}`);
  });
  const words = await compilerSays(rows.filter((row) => !row.isSyscall));
  for (const line of [...problems, ...words.split("\n").filter((line) => line !== "")]) console.log(line);
  if (problems.length > 0 || words !== "") return 1;
  console.log(`${rows.length} rows agree with their headers`);
  return 0;
}

if (import.meta.main) Deno.exit(await main());
