/**
 * The types of ABI version 2's functions, as guests declare them.
 *
 * @module
 */

import type { ImportTypes } from "../core/imports.ts";
import { FUNCTIONS } from "./functions.ts";
import { shapeOf, typeOf } from "./shape.ts";

/** The name of the import module. */
export const LIBBPF_MODULE = "libbpf";

/** Module {@link LIBBPF_MODULE}. */
export const LIBBPF_TYPES: ImportTypes = Object.fromEntries(
  Object.keys(FUNCTIONS).map((name) => [name, [typeOf(shapeOf(name))] as const]),
);
