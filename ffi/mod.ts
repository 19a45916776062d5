/**
 * The exports of native code to other folders: {@link openLibbpf} and the interfaces of libbpf's objects.
 *
 * The host depends on these interfaces alone, so its tests run on `tests/doubles/libbpf.ts` without a kernel.
 *
 * @module
 */

import type { Libbpf, OpenLibbpfOptions } from "./libbpf/interfaces.ts";
import { openNativeLibbpf } from "./libbpf/libbpf.ts";

export { Libc } from "./system/libc.ts";
export { LIBRARY_VARIABLE, type LibraryOrigin, type NativeLibrary, openLibrary } from "./system/library.ts";
export { AttachType, type BpfMapType, MapType, ProgramType } from "./libbpf/constants.ts";
export type {
  AttachTarget,
  Batch,
  BatchFlags,
  BatchWalk,
  BinaryTarget,
  BpfLink,
  BpfMap,
  BpfObject,
  BpfProgram,
  ClassifierTarget,
  InterfaceTarget,
  KprobeMultiTarget,
  Libbpf,
  MapElement,
  MemoryWindow,
  OpenLibbpfOptions,
  OpenObjectOptions,
  UprobeMultiTarget,
  UprobeTarget,
  XdpMode,
  XdpTarget,
} from "./libbpf/interfaces.ts";

/**
 * Opens libbpf.
 *
 * Needs Deno's `--allow-ffi` and no privilege of the kernel yet.
 *
 * @throws {BpfError} ENOENT when no libbpf is found.
 */
export function openLibbpf(options: OpenLibbpfOptions = {}): Libbpf {
  return openNativeLibbpf(options);
}
