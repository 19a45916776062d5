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

let types: ImportTypes | undefined;

/** The types of module {@link LIBBPF_MODULE}. They are made at first use, since guests of version 1 need none. */
export function libbpfTypes(): ImportTypes {
  types ??= Object.fromEntries(Object.keys(FUNCTIONS).map((name) => [name, [typeOf(shapeOf(name))] as const]));
  return types;
}
