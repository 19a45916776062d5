/**
 * The import module `wasm_bpf_sys`: facts about the machine that native tools get from libc, but not from WASI.
 *
 * Results are 0 or positive, or a negative WASI errno, as in module `libbpf`.
 *
 * @module
 */

import { type GuardOptions, NEGATIVE_WASI } from "../core/guard.ts";
import type { ImportModule } from "../core/imports.ts";
import { sysconf } from "./sysconf.ts";

const GUARD: GuardOptions<number> = { errors: NEGATIVE_WASI, syncs: true };

/** The functions of module `wasm_bpf_sys`. */
export const SYS_FUNCTIONS: ImportModule = {
  /** `getpid() -> i32`: the id of this process in its PID namespace. BPF programs see the id in the initial namespace. */
  getpid: ({ guard }) => guard.wrap(() => Deno.pid, GUARD),
  sysconf: (guest) => guest.guard.wrap(sysconf(guest), GUARD),
};
