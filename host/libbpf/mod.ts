/**
 * ABI version 2: the import module `libbpf`. One activity a file; this is the table of them.
 *
 * Results are 0 or positive, or a negative WASI errno, so that a guest's own `<errno.h>` and `strerror` are right.
 *
 * @module
 */

import type { GuestContext, ImportFunction } from "../core/context.ts";
import { mapMmap, mapMunmap } from "./map_memory.ts";

/** The name of the import module. */
export const LIBBPF_MODULE = "libbpf";

/** The functions of module `libbpf`, for one guest. */
export function libbpfImports(guest: GuestContext): Record<string, ImportFunction> {
  return {
    /** `libbpf_num_possible_cpus() -> i32`: the number of values in an element of a per-CPU map. */
    libbpf_num_possible_cpus: guest.guardedWasi(() => guest.libbpf.possibleCpus),
    bpf_map_mmap: guest.guardedWasi(mapMmap(guest)),
    bpf_map_munmap: guest.guardedWasi(mapMunmap(guest)),
  };
}
