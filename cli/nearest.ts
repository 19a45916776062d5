/**
 * Finds the word that was meant by a misspelled one.
 *
 * @module
 */

/** A word with more differences than this is not a misspelling. */
const MOST_DIFFERENCES = 2;

/** The word of `known` that is most like `word`; undefined when none is like it. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const [first] = known.map((name) => ({ name, differences: differences(word, name) }))
    .filter(({ name, differences }) => differences <= MOST_DIFFERENCES && differences < name.length)
    .sort((a, b) => a.differences - b.differences);
  return first?.name;
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
