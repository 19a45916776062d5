/**
 * The types of ABI version 2's functions, as guests declare them.
 *
 * @module
 */

import type { ImportTypes } from "../core/imports.ts";

/** The name of the import module. */
export const LIBBPF_MODULE = "libbpf";

/** Module {@link LIBBPF_MODULE}. */
export const LIBBPF_TYPES: ImportTypes = {
  libbpf_num_possible_cpus: ["() -> i32"],
  bpf_map_mmap: ["(i32, ptr, ptr) -> ptr"],
  bpf_map_munmap: ["(i32) -> i32"],
};
