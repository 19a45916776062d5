/**
 * The import module `wasm_bpf_sys`: facts about the machine that a native tool takes from its libc and that WASI has no call
 * for. This is the table of them.
 *
 * Results are 0 or positive, or a negative WASI errno, as in module `libbpf`.
 *
 * @module
 */

import type { GuestContext, ImportFunction } from "../context.ts";
import { sysconf } from "./sysconf.ts";

/** The name of the import module. */
export const SYS_MODULE = "wasm_bpf_sys";

/** The functions of module `wasm_bpf_sys`, for one guest. */
export function sysImports(guest: GuestContext): Record<string, ImportFunction> {
  return {
    /** `getpid() -> i32`: this process, as it is numbered in its own PID namespace. BPF programs see the outermost number. */
    getpid: guest.guardedWasi(() => Deno.pid),
    sysconf: guest.guardedWasi(sysconf(guest)),
  };
}
