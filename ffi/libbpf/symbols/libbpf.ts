/**
 * libbpf itself: version, log, errors (libbpf.h, libbpf_legacy.h).
 *
 * Each row carries its C prototype; `scripts/check_symbols.ts` compares both with the installed header. Rows that libbpf 1.1 lacks
 * are optional.
 *
 * @module
 */

/** Rows for `Deno.dlopen`. */
export const LIBBPF_SYMBOLS = {
  // const char *libbpf_version_string(void)
  libbpf_version_string: { parameters: [], result: "pointer" },
  // int libbpf_num_possible_cpus(void)
  libbpf_num_possible_cpus: { parameters: [], result: "i32" },
  // libbpf_print_fn_t libbpf_set_print(libbpf_print_fn_t fn)
  libbpf_set_print: { parameters: ["pointer"], result: "pointer" },
  // long libbpf_get_error(const void *ptr)
  libbpf_get_error: { parameters: ["pointer"], result: "i64" },
} as const;

/** The shim's functions (`ffi/shim.c`, `ffi/process.c`): only in the library that this project builds. */
export const SHIM_SYMBOLS = {
  // void wasm_bpf_log_install(int level)
  wasm_bpf_log_install: { parameters: ["i32"], result: "void" },
  // int wasm_bpf_map_element(int command, int fd, char *memory, uint32_t key, uint32_t value, uint32_t flags)
  wasm_bpf_map_element: { parameters: ["i32", "i32", "buffer", "u32", "u32", "u32"], result: "i32" },
  // void wasm_bpf_btf_prefetch(void)
  wasm_bpf_btf_prefetch: { parameters: [], result: "void" },
  // void wasm_bpf_btf_discard(void)
  wasm_bpf_btf_discard: { parameters: [], result: "void" },
  // int wasm_bpf_log_take(char *buffer, int size)
  wasm_bpf_log_take: { parameters: ["buffer", "i32"], result: "i32" },
  // void wasm_bpf_process_prepare(const char *out_of_memory)
  wasm_bpf_process_prepare: { parameters: ["buffer"], result: "void" },
} as const;

/** The same function with an address in place of the bytes. */
export const MAP_ELEMENT_SYMBOLS = {
  // int wasm_bpf_map_element(int command, int fd, char *memory, uint32_t key, uint32_t value, uint32_t flags)
  wasm_bpf_map_element: { parameters: ["i32", "i32", "u64", "u32", "u32", "u32"], result: "i32" },
} as const;

/** libc's, for the log of a libbpf without the shim. */
export const VSNPRINTF_SYMBOLS = {
  // int vsnprintf(char *str, size_t size, const char *format, va_list ap)
  vsnprintf: { parameters: ["buffer", "u64", "pointer", "pointer"], result: "i32" },
} as const;
