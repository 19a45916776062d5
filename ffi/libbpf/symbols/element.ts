/**
 * libbpf: the elements of a map, by descriptor (bpf.h). Keys and values are addresses: one call straight on guest memory.
 *
 * Each row carries its C prototype; `scripts/check_symbols.ts` compares both with the installed header. Rows that libbpf 1.1 lacks
 * are optional.
 *
 * @module
 */

/** Rows for `Deno.dlopen`. */
export const ELEMENT_SYMBOLS = {
  // int bpf_map_lookup_elem_flags(int fd, const void *key, void *value, __u64 flags)
  bpf_map_lookup_elem_flags: { parameters: ["i32", "u64", "u64", "u64"], result: "i32" },
  // int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
  bpf_map_update_elem: { parameters: ["i32", "u64", "u64", "u64"], result: "i32" },
  // int bpf_map_delete_elem_flags(int fd, const void *key, __u64 flags)
  bpf_map_delete_elem_flags: { parameters: ["i32", "u64", "u64"], result: "i32" },
  // int bpf_map_get_next_key(int fd, const void *key, void *next_key)
  bpf_map_get_next_key: { parameters: ["i32", "u64", "u64"], result: "i32" },
  // int bpf_map_lookup_and_delete_elem_flags(int fd, const void *key, void *value, __u64 flags)
  bpf_map_lookup_and_delete_elem_flags: { parameters: ["i32", "u64", "u64", "u64"], result: "i32" },
  // int bpf_map_lookup_batch(int fd, void *in_batch, void *out_batch, void *keys, void *values, __u32 *count, const struct bpf_map_batch_opts *opts)
  bpf_map_lookup_batch: { parameters: ["i32", "u64", "u64", "u64", "u64", "u64", "buffer"], result: "i32" },
  // int bpf_map_lookup_and_delete_batch(int fd, void *in_batch, void *out_batch, void *keys, void *values, __u32 *count, const struct bpf_map_batch_opts *opts)
  bpf_map_lookup_and_delete_batch: { parameters: ["i32", "u64", "u64", "u64", "u64", "u64", "buffer"], result: "i32" },
  // int bpf_map_update_batch(int fd, const void *keys, const void *values, __u32 *count, const struct bpf_map_batch_opts *opts)
  bpf_map_update_batch: { parameters: ["i32", "u64", "u64", "u64", "buffer"], result: "i32" },
  // int bpf_map_delete_batch(int fd, const void *keys, __u32 *count, const struct bpf_map_batch_opts *opts)
  bpf_map_delete_batch: { parameters: ["i32", "u64", "u64", "buffer"], result: "i32" },
} as const;
