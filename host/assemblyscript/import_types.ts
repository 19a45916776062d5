/**
 * The functions that AssemblyScript's compiler and standard library import from module `env`, and advice about those that the host lacks.
 *
 * @module
 */

import type { ImportTypes } from "../core/imports.ts";

/** The offered functions, as asc declares them. A string is the address of its UTF-16 units. */
export const ASSEMBLYSCRIPT_TYPES: ImportTypes = {
  abort: ["(i32, i32, i32, i32)"],
  seed: ["() -> f64"],
  trace: ["(i32, i32, f64, f64, f64, f64, f64)"],
  "console.assert": ["(i32, i32)"],
  "console.debug": ["(i32)"],
  "console.error": ["(i32)"],
  "console.info": ["(i32)"],
  "console.log": ["(i32)"],
  "console.time": ["(i32)"],
  "console.timeEnd": ["(i32)"],
  "console.timeLog": ["(i32)"],
  "console.warn": ["(i32)"],
  "Date.now": ["() -> f64"],
  "performance.now": ["() -> f64"],
  "process.exit": ["(i32)"],
};

/** The types of an import that asc writes; undefined also if a module declares it with another type, as linkers of C do. */
export function assemblyScriptTypesOf(name: string, declared: string | undefined): readonly string[] | undefined {
  const types = Object.hasOwn(ASSEMBLYSCRIPT_TYPES, name) ? ASSEMBLYSCRIPT_TYPES[name] : undefined;
  return types?.some((type) => type === declared) ? types : undefined;
}

/** Imports of `env` that options or declarations of AssemblyScript make, by the beginning of their names. */
const ADVICE: readonly (readonly [beginning: string, advice: string])[] = [
  ["memory", "build without --importMemory, so that the module has its own memory"],
  ["table", "build with --exportTable in place of --importTable"],
  ["Math.", "build without --use Math=JSMath"],
  ["process.argv", "use args() of the package wasm-bpf in place of process.argv"],
  ["crypto.", "use randomBytes() of the package wasm-bpf in place of crypto"],
  ["document.", "a guest has no document"],
  ["globalThis", "a guest has no globalThis"],
  ["Reflect.", "a guest has no objects of JavaScript"],
  ["Object.", "a guest has no objects of JavaScript"],
  ["String.", "a guest has no objects of JavaScript"],
];

/** The option of asc, or the change of the source, that removes an import of module `env`. */
export function assemblyScriptAdvice(name: string): string | undefined {
  return ADVICE.find(([beginning]) => beginning.endsWith(".") ? name.startsWith(beginning) : name === beginning)?.[1];
}
