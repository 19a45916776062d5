/**
 * The interfaces of libbpf for the other folders. `libbpf.ts` and its neighbours implement them on the real library, `tests/doubles/`
 * in plain TypeScript.
 *
 * @module
 */

export type * from "./attach_target.ts";
export type * from "./calls.ts";
export type { Libbpf, MapCall } from "./libbpf.ts";
export type { BpfLink } from "./link.ts";
export type { Batch, BatchFlags, BatchWalk, BpfMap, DescribedMap, KernelMap } from "./map.ts";
export type { NativeRef } from "./native_ref.ts";
export type { BpfObject, OpenObjectOptions } from "./object.ts";
export type { BpfProgram } from "./program.ts";
