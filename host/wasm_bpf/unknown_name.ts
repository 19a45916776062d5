/**
 * The message for a name that an object does not have.
 *
 * @module
 */

/** The largest number of names in a readable line. */
const MAX_NAMES = 20;

/** The message for an unknown name. @param names the names that the object has. */
export function noneOfThisName(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES);
  if (names.length > MAX_NAMES) shown.push(`${names.length - MAX_NAMES} more`);
  return `the object has none of this name (it has ${shown.join(", ") || "none"})`;
}
