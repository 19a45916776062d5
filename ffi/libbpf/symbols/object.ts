/**
 * libbpf: `struct bpf_object` (libbpf.h).
 *
 * Each row carries its C prototype; `scripts/check_symbols.ts` compares both with the installed header. Rows that libbpf 1.1 lacks
 * are optional.
 *
 * @module
 */

/** Rows for `Deno.dlopen`. */
export const OBJECT_SYMBOLS = {
  // struct bpf_object * bpf_object__open_mem(const void *obj_buf, size_t obj_buf_sz, const struct bpf_object_open_opts *opts)
  bpf_object__open_mem: { parameters: ["buffer", "u64", "buffer"], result: "pointer" },
  // int bpf_object__load(struct bpf_object *obj)
  bpf_object__load: { parameters: ["pointer"], result: "i32" },
  // void bpf_object__close(struct bpf_object *obj)
  bpf_object__close: { parameters: ["pointer"], result: "void" },
  // const char *bpf_object__name(const struct bpf_object *obj)
  bpf_object__name: { parameters: ["pointer"], result: "pointer" },
  // struct bpf_program * bpf_object__next_program(const struct bpf_object *obj, struct bpf_program *prog)
  bpf_object__next_program: { parameters: ["pointer", "pointer"], result: "pointer" },
  // struct bpf_map * bpf_object__next_map(const struct bpf_object *obj, const struct bpf_map *map)
  bpf_object__next_map: { parameters: ["pointer", "pointer"], result: "pointer" },
  // struct bpf_program * bpf_object__find_program_by_name(const struct bpf_object *obj, const char *name)
  bpf_object__find_program_by_name: { parameters: ["pointer", "buffer"], result: "pointer" },
  // struct bpf_map * bpf_object__find_map_by_name(const struct bpf_object *obj, const char *name)
  bpf_object__find_map_by_name: { parameters: ["pointer", "buffer"], result: "pointer" },
} as const;
