/**
 * Reads the documents of this repository and the commands in them.
 *
 * @module
 */

/** The top of the checkout, with a slash at the end. */
export const CHECKOUT = new URL("../../", import.meta.url).pathname;

/** Folders without files of this repository. */
const LEFT_OUT = new Set([".build", ".tools", ".git", ".output", "node_modules", "target"]);

/** The paths of all files under a folder (with a slash at the end), from the top of the checkout. */
export function filesUnder(folder: string): string[] {
  const found: string[] = [];
  for (const { name, isDirectory, isFile } of Deno.readDirSync(CHECKOUT + folder)) {
    if (isDirectory && !LEFT_OUT.has(name)) found.push(...filesUnder(`${folder}${name}/`));
    else if (isFile) found.push(folder + name);
  }
  return found.sort();
}

/** The paths of all documents, from the top of the checkout. */
export function documents(): string[] {
  return filesUnder("").filter((path) => path.endsWith(".md"));
}

/** The text of a document. */
export function textOf(document: string): string {
  return Deno.readTextFileSync(CHECKOUT + document);
}

/** A fenced block. */
export interface Block {
  /** The word after the fence: "sh", "console", "c". */
  readonly language: string;
  readonly text: string;
}

/** The fenced blocks of a document. */
export function blocksOf(document: string): Block[] {
  return [...textOf(document).matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = "", text = ""]) => ({
    language,
    text,
  }));
}

/** A command in a block of type "console", and the output under it. */
export interface ShownCommand {
  readonly command: string;
  readonly output: readonly string[];
  /** True when the output ends with ^C: the command runs until it is stopped. */
  readonly isEndless: boolean;
}

/** The commands of a console block: each begins with "$ ". */
export function shownCommands(block: Block): ShownCommand[] {
  return block.text.split(/^\$ /m).slice(1).map((part) => {
    const [command = "", ...lines] = part.trimEnd().split("\n");
    const output = lines.filter((line) => line !== "" && line !== "^C" && line !== "...");
    return { command, output, isEndless: lines.at(-1) === "^C" };
  });
}

/**
 * The shape of a line, without the parts that differ between runs: numbers become "#", words "word", bars of histograms "|bar|". Two
 * lines of a tool have the same shape when they have the same columns.
 */
export function shapeOf(line: string): string {
  return line.replace(/\|[* ]*\|/g, "|bar|").trim().split(/\s+/).map(shapeOfWord).join(" ");
}

function shapeOfWord(word: string): string {
  if (word === "|bar|") return word;
  if (word.includes("/")) return "word";
  return word.replace(/-?(0x[\da-f]+|\d+([.:]\d+)*)/gi, "#").replace(/[A-Za-z_][\w.-]*/g, "word");
}
