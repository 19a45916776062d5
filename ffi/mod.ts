/**
 * Opens native code: {@link openSystem}, {@link openLibbpf}, and the interfaces of their results. Parts of the host that use one
 * subject, such as the files of WASI or the pages of buffers, import that subject's file.
 *
 * The host depends only on these interfaces, so its tests run on `tests/doubles/` without a kernel.
 *
 * @module
 */

import type { Libbpf } from "./libbpf/interfaces/mod.ts";
import { NativeLibbpf } from "./libbpf/libbpf.ts";
import type { NativeSystem } from "./system/system.ts";

export { AttachType, MapType, ProgramType } from "../object/bpf_numbers.ts";
export type * from "./libbpf/interfaces/mod.ts";
export type { LibraryOrigin } from "./system/library.ts";
export { type MemoryWindow, openWindow } from "./system/memory_window.ts";
export { type NativeSystem, openSystem, type System } from "./system/system.ts";
export type { SystemCalls } from "./system/system_calls.ts";

/**
 * Opens libbpf. It must be disposed before `system`.
 *
 * Needs Deno's `--allow-ffi` and no privilege of the kernel yet.
 */
export function openLibbpf(system: NativeSystem): Libbpf {
  return new NativeLibbpf(system);
}
