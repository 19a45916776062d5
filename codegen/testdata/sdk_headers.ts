/**
 * Reads the names that the headers for guests define.
 *
 * Run as a program, it prints the rows of `codegen/c/sdk_names.ts`.
 *
 * @module
 */

/** The names that one header defines. */
export interface HeaderNames {
  /** "struct iphdr", "enum bpf_cmd". */
  tags: string[];
  /** Constants of enums. */
  constants: string[];
}

const FOLDER = new URL("../../wasm-include/c/", import.meta.url).pathname;

/** The names of each header, by its name in `#include`. */
export function readSdkHeaders(): Record<string, HeaderNames> {
  const headers: Record<string, HeaderNames> = {};
  for (const path of headerPaths("").sort()) {
    // The internal headers are parts of libbpf-wasm.h.
    const name = path.startsWith("wasm_bpf/") ? "libbpf-wasm.h" : path;
    const text = Deno.readTextFileSync(FOLDER + path).replace(/\/\*[^]*?\*\//g, "");
    const names = headers[name] ??= { tags: [], constants: [] };
    for (const [, tag = ""] of text.matchAll(/^((?:struct|union|enum) (?!wasm_bpf__)\w+) \{/gm)) names.tags.push(tag);
    for (const [, body = ""] of text.matchAll(/^enum (?:\w+ )?\{([^}]*)\}/gm)) {
      const constants = body.split(",").map((entry) => /\w+/.exec(entry)?.[0] ?? "");
      names.constants.push(...constants.filter((constant) => constant !== "" && !constant.startsWith("WASM_BPF_")));
    }
    if (names.tags.length + names.constants.length === 0) delete headers[name];
  }
  return headers;
}

function headerPaths(folder: string): string[] {
  return [...Deno.readDirSync(FOLDER + folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? headerPaths(`${folder}${name}/`) : name.endsWith(".h") ? [folder + name] : []
  );
}

/** Wraps `words` into lines of source. */
function wrapped(words: readonly string[], separator: string): string {
  const lines = [""];
  for (const word of words) {
    const line = lines.at(-1) ?? "";
    if (line.length + word.length > 110) lines.push(word);
    else lines[lines.length - 1] = line === "" ? word : `${line}${separator}${word}`;
  }
  return lines.map((line) => `      ${line}`).join(`${separator.trimEnd()}\n`);
}

if (import.meta.main) {
  for (const [name, { tags, constants }] of Object.entries(readSdkHeaders())) {
    console.log(`  "${name}": {\n    tags: \`\n${wrapped(tags, ", ")}\`,`);
    console.log(`    constants: \`\n${wrapped(constants, " ")}\`,\n  },`);
  }
}
