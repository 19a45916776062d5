/** As many names as fit into a line that is read. */
const MAX_NAMES = 20;

/** The state of an object that has nothing of the name that was asked for: it tells the names that it has. */
export function noneOfThisName(has: readonly { readonly name: string }[]): string {
  const names = has.slice(0, MAX_NAMES).map(({ name }) => name);
  if (has.length > MAX_NAMES) names.push(`${has.length - MAX_NAMES} more`);
  return `the object has none of this name (it has ${names.join(", ") || "none"})`;
}
