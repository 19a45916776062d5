/**
 * Copies directories, and leaves files that are equal as they are: compilers compare times.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import type { Toolchain } from "./toolchain.ts";

/**
 * Makes `to` a copy of the directory `from`. Files that `from` lacks are removed.
 *
 * @throws {BpfError} when a file cannot be read or written; ELOOP for a link in place of a directory or a file, since its target is no
 * copy: sources of others could thereby remove files elsewhere.
 */
export function copyTree(tools: Toolchain, from: string, to: string): void {
  const { files, system } = tools;
  refuseLink(tools, to);
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
    refuseLink(tools, target);
    writeIfChanged(tools, target, system.readFile(source));
  }
}

function refuseLink({ files }: Toolchain, path: string): void {
  if (!files.isLink(path)) return;
  throw new BpfError({ operation: "write", kind: "file", subject: path }, LINUX_ERRNO.ELOOP, {
    reason: "it is a symbolic link",
    hint: "remove it",
  });
}

/** Writes a file, unless it has these bytes. @throws {BpfError} when it cannot be read or written. */
export function writeIfChanged({ files, system }: Toolchain, path: string, bytes: Uint8Array): void {
  if (!files.exists(path) || !equal(bytes, system.readFile(path))) files.write(path, [bytes]);
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
