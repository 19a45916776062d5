/**
 * Finds the guest in a directory, and its language.
 *
 * @module
 */

import type { Toolchain } from "../toolchain/toolchain.ts";
import { UsageError } from "../usage_error.ts";
import { LANGUAGES } from "./all.ts";
import { bpfPrograms } from "./bpf_programs.ts";
import type { FoundGuest, Language } from "./language.ts";

/** A guest and its language. */
export interface Project {
  readonly language: Language;
  readonly guest: FoundGuest;
  /** The BPF sources, without ".bpf.c". */
  readonly programs: readonly string[];
}

/**
 * Finds the guest among the files of a directory.
 *
 * @throws {UsageError} if there is none, or more than one.
 */
export function findGuest(tools: Toolchain, directory: string, files: readonly string[]): Project {
  const programs = bpfPrograms(files);
  const found = LANGUAGES.flatMap((language) =>
    language.find(directory, files, tools).map((guest) => ({ language, guest, programs }))
  );
  const [project] = found;
  if (project === undefined || programs.length === 0) {
    const marks = LANGUAGES.map(({ mark, title }) => `${mark} (${title})`).join(", ");
    throw new UsageError(`Cannot build "${directory}": it has no NAME.bpf.c beside one of ${marks}`);
  }
  if (found.length > 1) {
    const list = found.map(({ language, guest }) => language.mark.replace("NAME", guest.name)).join(" and ");
    throw new UsageError(`Cannot build "${directory}": a directory has one guest, and ${list} are ${found.length}`);
  }
  return project;
}
