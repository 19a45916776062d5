/**
 * The types of ABI version 1's functions, as guests declare them.
 *
 * @module
 */

import type { ImportTypes } from "../core/imports.ts";

/** The name of the import module. */
export const WASM_BPF_MODULE = "wasm_bpf";
/** Linkers use this module when none is named. The first guests of this ABI import from it. */
export const ENV_MODULE = "env";
/** The default module of the poll whose callback is an export. */
export const CALLBACK_WRAPPER_MODULE = "callback-wrapper";

/** The type of `wasm_bpf_map_operate` in C, C++ and most other languages. */
export const MAP_OPERATE = "(i32, i32, ptr, ptr, ptr, i64) -> i32";
/** Its type in the bindings for Rust and Go, where pointers are `i64`. */
export const MAP_OPERATE_I64 = "(i32, i32, i64, i64, i64, i64) -> i32";

/** Modules {@link WASM_BPF_MODULE} and {@link ENV_MODULE}. */
export const WASM_BPF_TYPES: ImportTypes = {
  wasm_load_bpf_object: ["(ptr, i32) -> i64"],
  wasm_close_bpf_object: ["(i64) -> i32"],
  wasm_attach_bpf_program: ["(i64, ptr, ptr) -> i32"],
  wasm_attach_bpf_program_fd: ["(i64, ptr, i32) -> i32"],
  wasm_bpf_map_fd_by_name: ["(i64, ptr) -> i32"],
  wasm_bpf_map_operate: [MAP_OPERATE, MAP_OPERATE_I64],
  wasm_bpf_buffer_poll: ["(i64, i32, i32, i32, i32, i32, i32) -> i32"],
};

/** Module {@link CALLBACK_WRAPPER_MODULE}. */
export const CALLBACK_WRAPPER_TYPES: ImportTypes = {
  wasm_bpf_buffer_poll: ["(i64, i32, i32, i32, i32, i32) -> i32"],
};
