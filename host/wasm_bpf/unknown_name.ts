/** The largest number of names in a readable line. */
const MAX_NAMES = 20;

/** The message for an unknown name, with the names that the object has. */
export function noneOfThisName(has: readonly { readonly name: string }[]): string {
  const names = has.slice(0, MAX_NAMES).map(({ name }) => name);
  if (has.length > MAX_NAMES) names.push(`${has.length - MAX_NAMES} more`);
  return `the object has none of this name (it has ${names.join(", ") || "none"})`;
}
