/**
 * The names of subcommands, and what to say when a word is none of them.
 *
 * @module
 */

const NAMES = ["run", "inspect", "gen"];

/** Words that people try, and where what they want is. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  help: "--help",
  version: "--version",
  skeleton: "gen skeleton",
  types: "gen types",
};

/** More differences than this make another word. */
const MOST_DIFFERENCES = 2;

/** The message for a module of this name that is not there; undefined when it does not look like a subcommand. */
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

/** How many letters must be added, removed or exchanged to make `a` of `b` (Levenshtein's distance). */
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
