/**
 * Reads a command line for clang, as far as this project must understand it. All words still go to clang.
 *
 * @module
 */

/** The result that a command line asks for. */
export type ClangAction = "link" | "object" | "text";

/** The meaning of a command line for clang. */
export interface ClangWords {
  /** The words in order, without the output. */
  readonly words: readonly string[];
  /** The words that are not inputs. */
  readonly options: readonly string[];
  /** The files to compile or link. */
  readonly inputs: readonly string[];
  /** The argument of `-o`. */
  readonly output: string | undefined;
  /** The last word, if it is an option whose value is missing. */
  readonly incomplete: string | undefined;
  readonly action: ClangAction;
  /** True when it asks for debug information, and therefore for names. */
  readonly debug: boolean;
  /** True when it has an option for optimization. */
  readonly optimizes: boolean;
  /** True when it forbids the startup files, or the libraries as well. */
  readonly noStartup: boolean;
  readonly noLibraries: boolean;
  /** True when it has `-x`, which holds for all files after it. */
  readonly setsLanguage: boolean;
  /** True for a question about the compiler, which needs no file. */
  readonly asks: boolean;
  /** True for a module that is called more than once, instead of a command. */
  readonly reactor: boolean;
}

/** The options whose value is the next word. Others have it in the same word. */
const WITH_VALUE: ReadonlySet<string> = new Set([
  ..."-D -U -I -L -l -x -o -T -u -z -e -B -F -G -A".split(" "),
  ..."-include -imacros -isystem -isysroot -idirafter -iquote -iprefix -iwithprefix -cxx-isystem".split(" "),
  ..."-MF -MT -MQ -MJ -Xclang -Xlinker -Xassembler -Xpreprocessor -mllvm -target -arch -resource-dir".split(" "),
  ..."--param --sysroot --include-directory --define-macro --output -dumpbase -serialize-diagnostics".split(" "),
]);

const QUESTION = /^(--version|-dump(version|machine)|--?print-.*)$/;

const ACTIONS: ReadonlyMap<string, ClangAction> = new Map([
  ["-c", "object"],
  ["-E", "text"],
  ["-S", "text"],
  ["-M", "text"],
  ["-MM", "text"],
  ["-fsyntax-only", "text"],
]);

/** Reads `words`. Response files (`@FILE`) must have been replaced by their words. */
export function readClangWords(words: readonly string[]): ClangWords {
  const kept: string[] = [];
  const options: string[] = [];
  const inputs: string[] = [];
  const outputs: string[] = [];
  let incomplete: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? "";
    const next = words[i + 1];
    if ((word === "-o" || word === "--output") && next !== undefined) {
      outputs.push(next);
      i++;
    } else if (word.startsWith("-o") && word.length > 2 && !word.startsWith("-object")) {
      outputs.push(word.slice(2));
    } else if (WITH_VALUE.has(word) && next !== undefined) {
      kept.push(word, next);
      options.push(word, next);
      i++;
    } else {
      if (WITH_VALUE.has(word)) incomplete = word;
      kept.push(word);
      (word.startsWith("-") && word !== "-" ? options : inputs).push(word);
    }
  }
  return { words: kept, options, inputs, output: outputs.at(-1), incomplete, ...flagsOf(kept) };
}

function flagsOf(words: readonly string[]) {
  const has = (...names: readonly string[]) => names.some((name) => words.includes(name));
  const debug = words.findLast((word) => word.startsWith("-g") && !word.startsWith("-gcc"));
  // The order of options does not matter: the earliest phase wins.
  const found = new Set(words.map((word) => ACTIONS.get(word)));
  const action: ClangAction = found.has("text") ? "text" : found.has("object") ? "object" : "link";
  return {
    action,
    debug: debug !== undefined && debug !== "-g0",
    optimizes: words.some((word) => word.startsWith("-O")),
    noStartup: has("-nostartfiles", "-nostdlib", "-r"),
    noLibraries: has("-nodefaultlibs", "-nostdlib", "-nolibc", "-r"),
    setsLanguage: words.some((word) => word.startsWith("-x")),
    asks: words.some((word) => QUESTION.test(word)),
    reactor: has("-mexec-model=reactor"),
  };
}

/** The extensions of C++ sources. */
const CXX = [".cpp", ".cc", ".cxx", ".C", ".c++"];
const C = [".c", ".i"];

/** True for the path of a C++ source. */
export function isCxx(path: string): boolean {
  return CXX.some((extension) => path.endsWith(extension));
}

/** True for the path of a C or C++ source. */
export function isSource(path: string): boolean {
  return isCxx(path) || C.some((extension) => path.endsWith(extension));
}

/** Response files may name others. A loop of them ends here. */
const MAX_DEPTH = 16;

/**
 * Replaces each `@FILE` by the words of the file. As in clang, a file that cannot be read is an ordinary word.
 *
 * @param readText the text of a file; undefined if it cannot be read.
 */
export function expandResponseFiles(
  words: readonly string[],
  readText: (path: string) => string | undefined,
): string[] {
  const expand = (word: string, depth: number): string[] => {
    if (!word.startsWith("@") || word === "@" || depth === MAX_DEPTH) return [word];
    const text = readText(word.slice(1));
    return text === undefined ? [word] : splitWords(text).flatMap((one) => expand(one, depth + 1));
  };
  return words.flatMap((word) => expand(word, 0));
}

/** The words of a text in the quoting of GNU's tools: spaces separate words, and quotes and backslashes protect them. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === "\\" && quote !== "'") word = (word ?? "") + text.charAt(++i);
    else if (character === quote) quote = "";
    else if (quote === "" && (character === '"' || character === "'")) {
      quote = character;
      word ??= "";
    } else if (quote === "" && character.trim() === "") {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + character;
  }
  return word === undefined ? words : [...words, word];
}
