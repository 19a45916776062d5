/**
 * A guest's stack in one line.
 *
 * @module
 */

const MOST_FUNCTIONS = 8;
const MOST_LETTERS = 100;

/** A stack as "leaf < caller < main", innermost first. Names a recursive function once, and ends a long stack with "...". */
export function stackLine(stack: readonly string[]): string {
  const runs = stack.filter((name, i) => name !== stack[i - 1]);
  const names = runs.slice(0, MOST_FUNCTIONS).map(shortened);
  return [...names, ...(runs.length > MOST_FUNCTIONS ? ["..."] : [])].join(" < ");
}

function shortened(name: string): string {
  return name.length > MOST_LETTERS ? `${name.slice(0, MOST_LETTERS)}...` : name;
}
