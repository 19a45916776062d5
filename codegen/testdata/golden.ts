/**
 * Compares the output of each writer with the files in `golden/`, so that a change of a writer shows its effect on users' code.
 *
 *     deno run --allow-all codegen/testdata/golden.ts
 *
 * writes the files. They end with ".txt" because they are not the project's code.
 *
 * @module
 */

import { compileSource } from "../../object/testdata/compile.ts";
import { genTypes } from "../c/types.ts";
import { genSkeletonIn, genTypesIn, isLanguage, LANGUAGES } from "../languages.ts";

/** The bytes that skeletons contain here, in place of the object, whose bytes differ between compilers. */
const OBJECT_BYTES = new TextEncoder().encode('\x7fELF "$`\\\0\xff \n end');

/** The object with types of every shape. */
export function typesObject(): Uint8Array<ArrayBuffer> {
  return compileSource(Deno.readTextFileSync(new URL("types.bpf.c", import.meta.url)));
}

/** The name of each file, and what it must contain. */
export function goldenFiles(): Map<string, string> {
  const object = typesObject();
  const files = new Map<string, string>();
  files.set("types.c.txt", genTypes(object, { name: "types" }));
  for (const language of LANGUAGES.filter(isLanguage)) {
    files.set(`types.${language}.txt`, genTypesIn(language, object, { name: "types" }));
    files.set(`skeleton.${language}.txt`, genSkeletonIn(language, object, { name: "types", bytes: OBJECT_BYTES }));
  }
  return files;
}

/** The place of a file. */
export function goldenPath(name: string): URL {
  return new URL(`golden/${name}`, import.meta.url);
}

if (import.meta.main) {
  for (const [name, content] of goldenFiles()) Deno.writeTextFileSync(goldenPath(name), content);
}
