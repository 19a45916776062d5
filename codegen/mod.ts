/**
 * Generates source code for guests from BPF objects.
 *
 * @module
 */

export { genSkeleton, genSkeletonChunks, type SkeletonOptions } from "./c/skeleton.ts";
export { isReserved, objectName } from "./c/identifiers.ts";
export { genTypes, genTypesOfBtf, type TypesOptions } from "./c/types.ts";
export { genSkeletonIn, genTypesIn, genTypesOfBtfIn, isLanguage, type Language, LANGUAGES } from "./languages.ts";
export { genVmlinux } from "./c/vmlinux.ts";
export { lacksRecordType, MissingTypeError, selectTypes } from "./type_selection.ts";
