/**
 * The types of the functions of module `wasm_bpf_sys`, as guests declare them.
 *
 * @module
 */

import type { ImportTypes } from "../core/imports.ts";

/** Module `wasm_bpf_sys`. */
export const SYS_TYPES: ImportTypes = {
  getpid: ["() -> i32"],
  sysconf: ["(i32) -> i32"],
};
