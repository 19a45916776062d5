/**
 * The message for a path that is in none of the guest's directories.
 *
 * @module
 */

/**
 * The message, with the option that gives the guest a directory: by default the path's. Without a path, it is for an unknown file.
 */
export function refusedPathMessage(path: string | undefined, given?: string): string {
  if (path === undefined) {
    return "Cannot open a file for the guest: it is in none of the guest's directories (hint: --dir HOST gives it one)";
  }
  const directory = quoted(given ?? directoryOf(path));
  return `Cannot open "${path}" for the guest: it is in none of the guest's directories ` +
    `(hint: --dir ${directory}:ro, or --dir ${directory} if it writes there)`;
}

/** The directory of a path: "." for a plain name. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : slash === 0 ? "/" : path.slice(0, slash);
}

/** The path as a shell takes it. */
function quoted(path: string): string {
  return /^[\w./@%+,=-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
