/**
 * Copies directories.
 *
 * @module
 */

import type { Toolchain } from "./toolchain.ts";

/**
 * Makes `to` a copy of the directory `from`. Files that are equal stay as they are, so that a compiler that compares times does not
 * compile them again. Files that `from` lacks are removed.
 *
 * @throws {BpfError} when a file cannot be read or written.
 */
export function copyTree(tools: Toolchain, from: string, to: string): void {
  const { files, system } = tools;
  files.makeDirectory(to);
  const names = files.list(from);
  for (const old of files.list(to)) {
    if (!names.includes(old) && !files.isDirectory(`${to}/${old}`)) files.remove(`${to}/${old}`);
  }
  for (const name of names) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (files.isDirectory(source)) {
      copyTree(tools, source, target);
      continue;
    }
    const bytes = system.readFile(source);
    if (!files.exists(target) || !equal(bytes, system.readFile(target))) files.write(target, [bytes]);
  }
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
