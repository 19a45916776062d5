/**
 * wasm-bpf: runs WebAssembly programs that drive eBPF.
 *
 * @module
 */

export { BpfError, type BpfErrorOptions, GuestError, type GuestErrorCode, type GuestErrorOptions } from "./errors.ts";
export { parsePreopen, type Preopen, runGuest, type RunGuestOptions } from "./host/mod.ts";
export { openSystem, type System } from "./host/system.ts";
export {
  type AttachTarget,
  AttachType,
  type Batch,
  type BatchFlags,
  type BatchWalk,
  type BpfLink,
  type BpfMap,
  type BpfObject,
  type BpfProgram,
  type Libbpf,
  MapType,
  type MemoryWindow,
  openLibbpf,
  type OpenObjectOptions,
  ProgramType,
} from "./ffi/mod.ts";
