/**
 * The languages other than C and C++ for which source code is generated. Each has a writer on top of the model.
 *
 * @module
 */

import { assemblyScriptSkeleton, assemblyScriptTypes } from "./assemblyscript/skeleton.ts";
import { goSkeleton, goTypes } from "./go/skeleton.ts";
import type { ObjectModel } from "./model.ts";
import { modelOf, modelOfBtf, type ModelOptions } from "./object_model.ts";
import { rustSkeleton, rustTypes } from "./rust/skeleton.ts";
import { typescriptSkeleton, typescriptTypes } from "./typescript/skeleton.ts";
import { zigSkeleton, zigTypes } from "./zig/skeleton.ts";

/** The writers of one language. */
interface Writer {
  readonly skeleton: (model: ObjectModel, object: Uint8Array, options: WriterOptions) => string;
  readonly types: (model: ObjectModel, options: WriterOptions) => string;
}

/** Options of some languages. */
export interface WriterOptions {
  /** Go: the package of the file; by default "main". */
  readonly packageName?: string | undefined;
}

/** Options of {@link genSkeletonIn} and {@link genTypesIn}. */
interface Options extends ModelOptions, WriterOptions {}

const WRITERS = {
  assemblyscript: { skeleton: assemblyScriptSkeleton, types: assemblyScriptTypes },
  go: { skeleton: goSkeleton, types: goTypes },
  rust: { skeleton: rustSkeleton, types: rustTypes },
  typescript: { skeleton: typescriptSkeleton, types: typescriptTypes },
  zig: { skeleton: zigSkeleton, types: zigTypes },
} satisfies Readonly<Record<string, Writer>>;

/** A language with writers. */
export type Language = keyof typeof WRITERS;

/** The languages, as `--lang` takes them. */
export const LANGUAGES: readonly string[] = ["c", "cpp", ...Object.keys(WRITERS)];

/** True for a language other than C and C++. */
export function isLanguage(word: string): word is Language {
  return Object.hasOwn(WRITERS, word);
}

/** Options of {@link genSkeletonIn}. */
export interface SkeletonInOptions extends Options {
  /** The bytes that the skeleton contains; by default those of the object. */
  bytes?: Uint8Array;
}

/** A skeleton in a language. @throws {FormatError | MissingTypeError} */
export function genSkeletonIn(language: Language, object: Uint8Array, options: SkeletonInOptions): string {
  return WRITERS[language].skeleton(modelOf(object, options), options.bytes ?? object, options);
}

/** The types in a language. @throws {FormatError | MissingTypeError} */
export function genTypesIn(language: Language, object: Uint8Array, options: Options): string {
  return WRITERS[language].types(modelOf(object, options), options);
}

/** Types by name from plain BTF, in a language. @throws {FormatError | MissingTypeError} */
export function genTypesOfBtfIn(
  language: Language,
  btf: Uint8Array,
  options: WriterOptions & { name: string; types: readonly string[] },
): string {
  return WRITERS[language].types(modelOfBtf(btf, options), options);
}
