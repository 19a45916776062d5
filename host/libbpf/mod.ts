/**
 * ABI version 2: the import module `libbpf`. Each activity has a file; this is the table of them.
 *
 * Results are 0 or positive, or a negative WASI errno, which a guest's own `<errno.h>` and `strerror` understand.
 *
 * @module
 */

import { type GuardOptions, NEGATIVE_WASI } from "../core/guard.ts";
import { type ImportModule, withPtrResult } from "../core/imports.ts";
import { mapMmap, mapMunmap } from "./map_memory.ts";

const GUARD: GuardOptions<number> = { errors: NEGATIVE_WASI, syncs: true };

/** The functions of module `libbpf`. */
export const LIBBPF_FUNCTIONS: ImportModule = {
  /** `libbpf_num_possible_cpus() -> i32`: the number of values in an element of a per-CPU map. */
  libbpf_num_possible_cpus: ({ guard, gate }) => guard.wrap(() => gate.possibleCpus(), GUARD),
  bpf_map_mmap: (guest) => withPtrResult(guest.guard.wrap(mapMmap(guest), GUARD), guest.addressBits),
  bpf_map_munmap: (guest) => guest.guard.wrap(mapMunmap(guest), GUARD),
};
