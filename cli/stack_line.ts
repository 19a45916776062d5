/**
 * A guest's stack in one line.
 *
 * @module
 */

const MOST_FUNCTIONS = 8;
const MOST_LETTERS = 100;

/** "leaf < caller < main": innermost first. A recursive function is named once; a long stack ends in "...". */
export function stackLine(stack: readonly string[]): string {
  const runs = stack.filter((name, i) => name !== stack[i - 1]);
  const names = runs.slice(0, MOST_FUNCTIONS).map(shortened);
  return [...names, ...(runs.length > MOST_FUNCTIONS ? ["..."] : [])].join(" < ");
}

function shortened(name: string): string {
  return name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS)}...` : name;
}
