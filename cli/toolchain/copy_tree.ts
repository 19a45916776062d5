/**
 * Copies directories, and leaves files that are equal as they are: compilers compare times.
 *
 * @module
 */

import type { Toolchain } from "./toolchain.ts";

/**
 * Makes `to` a copy of the directory `from`. Files that `from` lacks are removed.
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
    writeIfChanged(tools, target, system.readFile(source));
  }
}

/** Writes a file, unless it has these bytes. @throws {BpfError} when it cannot be read or written. */
export function writeIfChanged({ files, system }: Toolchain, path: string, bytes: Uint8Array): void {
  if (!files.exists(path) || !equal(bytes, system.readFile(path))) files.write(path, [bytes]);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
