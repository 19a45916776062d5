/**
 * Makes C identifiers from any names.
 *
 * @module
 */

import { FormatError } from "../../errors/mod.ts";
import { C_WORDS, CXX_WORDS } from "./words.ts";

/**
 * Returns `name` as a C identifier, followed by `_` when the word is reserved in C. Names come from untrusted files: a member called
 * `x; } evil` must not get into generated source.
 *
 * Words that only C++ reserves stay unchanged; {@link withCxxNames} handles those.
 *
 * @throws {FormatError} when the name has characters that an identifier cannot have.
 */
export function identifier(name: string): string {
  if (!/^[A-Za-z_$][A-Za-z0-9_$]*$/.test(name)) {
    throw new FormatError("BTF", `${JSON.stringify(name)} cannot be a name in C`);
  }
  return C_WORDS.has(name) ? `${name}_` : name;
}

/** True for a word that C or C++ reserves. */
export function isReserved(name: string): boolean {
  return C_WORDS.has(name) || CXX_WORDS.has(name);
}

/** The names of one scope. */
export class Names {
  /** The number of times that each name was taken. */
  readonly #counts = new Map<string, number>();

  /** @param taken names that are already used in the scope. */
  constructor(taken: Iterable<string> = []) {
    for (const name of taken) this.#counts.set(name, 1);
  }

  /** True when `name` is used. */
  has(name: string): boolean {
    return this.#counts.has(name);
  }

  /** `name` as an identifier, with a number if it is already used: `name___2`. @throws {FormatError} */
  take(name: string): string {
    const plain = identifier(name);
    let unique = plain;
    for (let i = this.#counts.get(plain) ?? 0; this.#counts.has(unique); i++) {
      unique = `${plain}___${i + 1}`;
      this.#counts.set(plain, i + 1);
    }
    this.#counts.set(unique, 1);
    return unique;
  }
}

/**
 * Encloses declarations in macros that append `_` to names that C++ reserves: `new` is `new` in C, and `new_` in C++.
 */
export function withCxxNames(lines: readonly string[]): string[] {
  const found = new Set<string>();
  for (const line of lines) {
    // Reserved words in strings and comments need no macro.
    for (const [word] of line.replace(/"[^"]*"|\/\*.*?\*\//g, "").matchAll(/\w+/g)) {
      if (CXX_WORDS.has(word)) found.add(word);
    }
  }
  if (found.size === 0) return [...lines];
  const names = [...found].sort();
  return [
    "#ifdef __cplusplus",
    ...names.map((name) => `#define ${name} ${name}_`),
    "#endif",
    ...lines,
    "#ifdef __cplusplus",
    ...names.map((name) => `#undef ${name}`),
    "#endif",
  ];
}

/** Makes an identifier of any text as bpftool does: forbidden characters become `_`. */
export function mangle(text: string): string {
  return text.replace(/[^A-Za-z0-9_]/g, "_");
}

/** The object's name from its file's name, as in bpftool: "runqlat_bpf" for "runqlat.bpf.o". */
export function objectName(path: string): string {
  const base = path.slice(path.lastIndexOf("/") + 1).slice(0, 63);
  return mangle(base.endsWith(".o") ? base.slice(0, -2) : base);
}
