/**
 * libbpf: `struct bpf_link` (libbpf.h).
 *
 * Each row carries its C prototype; `scripts/check_symbols.ts` compares both with the installed header. Rows that libbpf 1.1 lacks
 * are optional.
 *
 * @module
 */

/** Rows for `Deno.dlopen`. */
export const LINK_SYMBOLS = {
  // int bpf_link__destroy(struct bpf_link *link)
  bpf_link__destroy: { parameters: ["pointer"], result: "i32" },
  // int bpf_link__fd(const struct bpf_link *link)
  bpf_link__fd: { parameters: ["pointer"], result: "i32" },
} as const;
