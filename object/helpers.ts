/**
 * Names of the kernel's helpers.
 *
 * @module
 */

import { HELPER } from "./helper_names.ts";

/** The name of the helper's function: "bpf_map_lookup_elem"; "helper 999" for an unknown number. */
export function helperName(id: number): string {
  const name = Object.entries(HELPER).find(([, number]) => number === id)?.[0];
  return name === undefined || id === 0 ? `helper ${id}` : `bpf_${name}`;
}
