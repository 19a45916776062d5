/**
 * The names of subcommands, and the message for a word that is not one of them.
 *
 * @module
 */

const NAMES = ["run", "inspect", "gen"];

/** Words that people try, and the subcommand or option that does what they want. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  help: "--help",
  version: "--version",
  skeleton: "gen skeleton",
  types: "gen types",
};

/** A word with more differences than this is not a misspelling. */
const MOST_DIFFERENCES = 2;

/** The message for a missing module of this name; undefined when the name does not resemble a subcommand. */
export function unknownSubcommand(word: string): string | undefined {
  if (!/^[A-Za-z][A-Za-z-]*$/.test(word)) return undefined;
  return `Cannot run "${word}": no such file or subcommand (${adviceFor(word.toLowerCase())})`;
}

function adviceFor(word: string): string {
  if (NAMES.includes(word)) return `subcommands come first: wasm-bpf ${word} ...`;
  const meant = Object.hasOwn(ELSEWHERE, word) ? ELSEWHERE[word] : nearest(word);
  return meant === undefined ? "wasm-bpf --help shows what there is" : `did you mean ${meant}?`;
}

function nearest(word: string): string | undefined {
  const known = [...NAMES, ...Object.keys(ELSEWHERE)];
  const [first] = known.map((name) => ({ name, differences: differences(word, name) }))
    .filter(({ name, differences }) => differences <= MOST_DIFFERENCES && differences < name.length)
    .sort((a, b) => a.differences - b.differences);
  return first === undefined ? undefined : ELSEWHERE[first.name] ?? first.name;
}

/** The number of letters to add, remove or replace to turn `b` into `a` (Levenshtein distance). */
function differences(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (const [j, other] of [...b].entries()) {
      const exchanged = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(exchanged, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
