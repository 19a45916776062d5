/**
 * libbpf: `struct bpf_map` (libbpf.h).
 *
 * Each row carries its C prototype; `scripts/check_symbols.ts` compares both with the installed header. Rows that libbpf 1.1 lacks
 * are optional.
 *
 * @module
 */

/** Rows for `Deno.dlopen`. */
export const MAP_SYMBOLS = {
  // int bpf_map__fd(const struct bpf_map *map)
  bpf_map__fd: { parameters: ["pointer"], result: "i32" },
  // const char *bpf_map__name(const struct bpf_map *map)
  bpf_map__name: { parameters: ["pointer"], result: "pointer" },
  // enum bpf_map_type bpf_map__type(const struct bpf_map *map)
  bpf_map__type: { parameters: ["pointer"], result: "i32" },
  // __u32 bpf_map__key_size(const struct bpf_map *map)
  bpf_map__key_size: { parameters: ["pointer"], result: "u32" },
  // __u32 bpf_map__value_size(const struct bpf_map *map)
  bpf_map__value_size: { parameters: ["pointer"], result: "u32" },
  // __u32 bpf_map__max_entries(const struct bpf_map *map)
  bpf_map__max_entries: { parameters: ["pointer"], result: "u32" },
  // __u32 bpf_map__map_flags(const struct bpf_map *map)
  bpf_map__map_flags: { parameters: ["pointer"], result: "u32" },
  // struct bpf_map *bpf_map__inner_map(struct bpf_map *map)
  bpf_map__inner_map: { parameters: ["pointer"], result: "pointer" },
  // int bpf_map__set_map_flags(struct bpf_map *map, __u32 flags)
  bpf_map__set_map_flags: { parameters: ["pointer", "u32"], result: "i32" },
  // int bpf_map_create(enum bpf_map_type map_type, const char *map_name, __u32 key_size, __u32 value_size, __u32 max_entries, const struct bpf_map_create_opts *opts)
  bpf_map_create: { parameters: ["i32", "buffer", "u32", "u32", "u32", "buffer"], result: "i32" },
  // bool bpf_map__is_internal(const struct bpf_map *map)
  bpf_map__is_internal: { parameters: ["pointer"], result: "bool" },
  // struct bpf_link *bpf_map__attach_struct_ops(const struct bpf_map *map)
  bpf_map__attach_struct_ops: { parameters: ["pointer"], result: "pointer" },
  // int bpf_map__set_initial_value(struct bpf_map *map, const void *data, size_t size)
  bpf_map__set_initial_value: { parameters: ["pointer", "buffer", "u64"], result: "i32" },
  // void *bpf_map__initial_value(const struct bpf_map *map, size_t *psize)
  bpf_map__initial_value: { parameters: ["pointer", "buffer"], result: "pointer" },
} as const;
