/**
 * The steps that languages with a build tool of their own share: cargo, go, asc, zig.
 *
 * @module
 */

import { genSkeletonIn, type Language as GeneratedLanguage, objectName } from "../../codegen/mod.ts";
import { copyTree, writeIfChanged } from "../toolchain/copy_tree.ts";
import { findBindings } from "../toolchain/sdk.ts";
import type { Toolchain } from "../toolchain/toolchain.ts";
import { bpfPrograms } from "./bpf_programs.ts";
import type { FoundGuest, GuestBuild, GuestObject, Language } from "./language.ts";

/**
 * Returns the {@link Language.find} of a language whose guests have the file `mark`, such as Cargo.toml.
 *
 * @param nameIn the name of the guest in the text of that file; undefined if it has none. The guest then has the name of its BPF program.
 */
export function findByMark(
  mark: string,
  nameIn: (text: string, programs: readonly string[]) => string | undefined,
): Language["find"] {
  return (directory, files, { system }): FoundGuest[] => {
    const programs = bpfPrograms(files);
    if (!files.includes(mark) || programs.length === 0) return [];
    const name = nameIn(new TextDecoder().decode(system.readFile(`${directory}/${mark}`)), programs);
    return (name === undefined ? programs : [name]).map((one) => ({ name: one, sources: [] }));
  };
}

/** The sources that a guest needs besides its own. */
export interface GeneratedSources {
  readonly language: GeneratedLanguage;
  /** The directory for the bindings. Its parent exists. */
  readonly bindings: string;
  /** The file for the skeleton of a BPF program. */
  readonly skeletonOf: (program: string) => string;
}

/** Copies the bindings of the SDK, and writes a skeleton for each object. Files that are equal stay as they are. */
export function writeSources(
  { tools, step }: GuestBuild,
  objects: readonly GuestObject[],
  { language, bindings, skeletonOf }: GeneratedSources,
): void {
  step("bindings", bindings, () => copyTree(tools, findBindings(tools, language), bindings));
  for (const { program, path } of objects) {
    const file = skeletonOf(program);
    step("skeleton", file, () => {
      const source = genSkeletonIn(language, tools.system.readFile(path), { name: objectName(path) });
      writeIfChanged(tools, file, new TextEncoder().encode(source));
    });
  }
}

/** The name of a program's skeleton as a module: "my_tool_skel" for "my-tool". */
export function skeletonModule(program: string): string {
  return `${program.replaceAll("-", "_")}_skel`;
}

/**
 * The variables that give a tool a cache in `output` if the environment names no place for one, as in a service of systemd.
 *
 * @param variable the tool's own variable for the directory of its cache.
 */
export function cacheVariables(tools: Toolchain, variable: string, output: string): string[] {
  const known = [variable, "HOME", "XDG_CACHE_HOME"].some((name) => tools.environmentVariable(name) !== undefined);
  return known ? [] : [`${variable}=${tools.files.resolved(output) ?? output}/cache`];
}

/** True for "1.9" and "1.24": compares versions such as "0.18.0-dev.5+abc" by their numbers. */
export function isOlder(version: string, oldest: string): boolean {
  const numbers = (text: string) => text.split(/[.+-]/).map((part) => Number.parseInt(part, 10));
  const own = numbers(version);
  for (const [i, least] of numbers(oldest).entries()) {
    const number = own[i] ?? 0;
    if (number !== least) return !(number > least);
  }
  return false;
}
