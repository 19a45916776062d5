/**
 * The types of ABI version 2's functions, as guests declare them.
 *
 * @module
 */

import type { ImportTypes } from "../core/imports.ts";
import { lineOf } from "./functions.ts";
import { shapeOf, typeOf } from "./shape.ts";

/** The name of the import module. */
export const LIBBPF_MODULE = "libbpf";

/** The types of a function of module {@link LIBBPF_MODULE}; undefined if it is not offered. */
export function libbpfTypesOf(name: string): ImportTypes[string] | undefined {
  return lineOf(name) === undefined ? undefined : [typeOf(shapeOf(name))];
}
