/**
 * The types of ABI version 2's functions, as guests declare them.
 *
 * @module
 */

import type { ImportTypes } from "../core/imports.ts";

/** Module `libbpf`. */
export const LIBBPF_TYPES: ImportTypes = {
  libbpf_num_possible_cpus: ["() -> i32"],
  bpf_map_mmap: ["(i32, i32, i32) -> i32"],
  bpf_map_munmap: ["(i32) -> i32"],
};
