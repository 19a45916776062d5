/**
 * The sources of a guest in a directory: `NAME.bpf.c`, `NAME.c`, and others that belong to them.
 *
 * @module
 */

import { UsageError } from "../usage_error.ts";
import { isSource } from "./clang_words.ts";

/** A guest in a directory. */
export interface Project {
  readonly directory: string;
  readonly name: string;
  /** The names of the sources for BPF, without `.bpf.c`. */
  readonly programs: readonly string[];
  /** The files to compile for the guest. */
  readonly sources: readonly string[];
}

const BPF_SOURCE = ".bpf.c";

/**
 * Finds the guest among the files of a directory.
 *
 * @throws {UsageError} if there is none, or more than one.
 */
export function findProject(directory: string, files: readonly string[]): Project {
  const programs = files.filter((file) => file.endsWith(BPF_SOURCE)).map((file) => file.slice(0, -BPF_SOURCE.length));
  const sources = files.filter((file) => isSource(file) && !file.endsWith(BPF_SOURCE));
  const names = programs.filter((program) => sources.some((source) => stem(source) === program));
  const [name] = names;
  if (name === undefined) {
    throw new UsageError(`Cannot build "${directory}": it has no NAME.bpf.c beside a NAME.c`);
  }
  if (names.length > 1) {
    const list = names.map((one) => `${one}.c`).join(" and ");
    throw new UsageError(`Cannot build "${directory}": a directory has one guest, and ${list} are two`);
  }
  return { directory, name, programs, sources: sources.map((source) => `${directory}/${source}`) };
}

function stem(file: string): string {
  return file.slice(0, file.lastIndexOf("."));
}
