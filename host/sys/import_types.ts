/**
 * The types of the functions of module `wasm_bpf_sys`, as guests declare them.
 *
 * @module
 */

import type { ImportTypes } from "../core/imports.ts";

/** The name of the import module. */
export const SYS_MODULE = "wasm_bpf_sys";

/** Module {@link SYS_MODULE}. */
export const SYS_TYPES: ImportTypes = {
  getpid: ["() -> i32"],
  sysconf: ["(i32) -> i32"],
};
