/**
 * Builds guests in C and C++.
 *
 * @module
 */

import { isSource } from "../toolchain/clang_words.ts";
import { writeSkeleton } from "../toolchain/bpf_object.ts";
import { compileGuest } from "../toolchain/compile_guest.ts";
import type { FoundGuest, GuestBuild, GuestObject } from "./language.ts";
import { BPF_SOURCE, bpfPrograms } from "./bpf_programs.ts";

/** The guests among files: sources in this language with the name of a BPF program. All other sources belong to it. */
export function findClangGuests(files: readonly string[], isMain: (file: string) => boolean): FoundGuest[] {
  const sources = files.filter((file) => isSource(file) && !file.endsWith(BPF_SOURCE));
  const mains = sources.filter(isMain).map((source) => source.slice(0, source.lastIndexOf(".")));
  return bpfPrograms(files).filter((program) => mains.includes(program)).map((name) => ({ name, sources }));
}

/** Writes a skeleton in C for each object, and compiles the sources. */
export function compileWithClang(build: GuestBuild, objects: readonly GuestObject[]): void {
  const { tools, directory, guest, output, module, target, bpfRecords, step } = build;
  for (const { program, path } of objects) {
    const header = `${output}/${program}.skel.h`;
    step("skeleton", header, () => writeSkeleton(tools, { object: path, header }));
  }
  const sources = guest.sources.map((source) => `${directory}/${source}`);
  const words = ["-Wall", "-I", directory, "-I", output, ...build.words, ...sources, "-o", module];
  step("guest", module, () => compileGuest(tools, { words, target, bpfRecords, needs: [], policy: undefined }));
}
