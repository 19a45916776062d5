/**
 * C names from names that need not be ones.
 *
 * @module
 */

import { FormatError } from "../errors.ts";

/**
 * Returns `name` if it is a C identifier. What goes into generated source comes from files of unknown origin: a member
 * called `x; } evil` must not get there.
 *
 * @throws {FormatError}
 */
export function identifier(name: string): string {
  if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name)) {
    throw new FormatError("BTF", `${JSON.stringify(name)} is no name that C knows`);
  }
  return name;
}

/** Makes an identifier of any text as bpftool does: what may not be in one becomes `_`. */
export function mangle(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, "_");
}

/** The object's name from its file's: "runqlat.bpf.o" gives "runqlat_bpf", as bpftool has it. */
export function objectName(path: string): string {
  const base = path.slice(path.lastIndexOf("/") + 1).slice(0, 63);
  return mangle(base.endsWith(".o") ? base.slice(0, -2) : base);
}
