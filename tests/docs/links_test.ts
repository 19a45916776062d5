/** Documents name only documents, sections, files, tasks and options that exist. */

import { SUBCOMMANDS } from "../../cli/subcommand_names.ts";
import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import { CHECKOUT, documents, textOf } from "./documents.ts";

/** Paths that readers create by following the documents. */
const TO_BE_MADE = ["examples/minimal/"];

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}

/** The anchors of a document's headings, in the form of code hosts. */
function anchorsOf(document: string): string[] {
  return [...textOf(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replace(/[^\w\s-]/g, "").replaceAll(" ", "-")
  );
}

/** The broken links of a document. */
function deadLinks(document: string): string[] {
  const folder = document.slice(0, document.lastIndexOf("/") + 1);
  const links = [...textOf(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^\w+:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    if (path !== "" && !exists(CHECKOUT + folder + path)) return true;
    return anchor !== undefined && !anchorsOf(path === "" ? document : folder + path).includes(anchor);
  });
}

/** Paths in code font that begin with a folder of this repository and do not exist. */
function deadPaths(document: string): string[] {
  const folders = [...Deno.readDirSync(CHECKOUT)].filter(({ isDirectory }) => isDirectory).map(({ name }) => name);
  const words = [...textOf(document).matchAll(/`([^`\n]+)`/g)].flatMap(([, code = ""]) => code.split(/\s+/));
  return words
    .map((word) => word.replace(/^\.\//, "").replace(/[,;:]$/, ""))
    // Placeholders are in capitals.
    .filter((word) => /^[\w./-]+$/.test(word) && !/[A-Z]{4,}/.test(word) && folders.includes(word.split("/")[0] ?? ""))
    .filter((word) => word.includes("/") && !exists(CHECKOUT + word) && !TO_BE_MADE.includes(word));
}

/** Options of linkers, compilers and Deno. */
const OTHER_OPTIONS = ["--release", ...["--wrap", "--export-table", "--allow-ffi", "--allow-read"], ...[
  "--exportStart",
  "--exportTable",
  "--optimize",
  "--path",
  "--runtime",
  "--use",
  "--save-dev",
]];

/** The words of a text that are long options. */
function optionsIn(text: string): string[] {
  return text.match(/(?<!\S)--[a-z][\w-]*/gi) ?? [];
}

/** The options of a shell script, which its first lines describe in code font. */
const shellOptions = (script: string) =>
  optionsIn((Deno.readTextFileSync(CHECKOUT + script).split("set -euo")[0] ?? "").replaceAll("`", " "));

/** The options that `script --help` names, or the help of a subcommand. */
async function optionsOf(script: string, ...subcommand: string[]): Promise<string[]> {
  const args = ["run", "--quiet", "--no-check", "--allow-all", `${CHECKOUT}${script}`, ...subcommand, "--help"];
  const { stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  return optionsIn(new TextDecoder().decode(stdout));
}

Deno.test("documents name only existing options", async () => {
  const subcommands = Object.keys(SUBCOMMANDS).map((name) => optionsOf("cli.ts", name));
  const own = await Promise.all([
    optionsOf("cli.ts"),
    optionsOf("bench/main.ts"),
    optionsOf("tests/fuzz/main.ts"),
    ...subcommands,
  ]);
  const scripts = ["tests/vm/run.sh", "scripts/build_libbpf.sh", "scripts/build_sdk.sh"].flatMap(shellOptions);
  const known = new Set([...OTHER_OPTIONS, ...own.flat(), ...scripts]);
  const named = documents().flatMap((document) =>
    [...textOf(document).matchAll(/`([^`\n]+)`/g)].flatMap(([, code = ""]) => optionsIn(code))
      .map((option) => ({ document, option }))
  );
  assert(named.some(({ option }) => option === "--max-links"));
  assertEquals(named.filter(({ option }) => !known.has(option)), []);
});

for (const document of documents()) {
  Deno.test(`${document} links only to existing places`, () => assertEquals(deadLinks(document), []));
  Deno.test(`${document} names only existing files`, () => assertEquals(deadPaths(document), []));
  Deno.test(`${document} names only existing tasks`, () => {
    const tasks = [...textOf(document).matchAll(/\bdeno"? task (\w+)/g)].map(([, task = ""]) => task);
    assertEquals(tasks.filter((task) => !(task in config.tasks)), []);
  });
}
