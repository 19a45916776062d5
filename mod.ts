/**
 * wasm-bpf: runs WebAssembly programs that drive eBPF.
 *
 * @module
 */

export {
  BpfError,
  type BpfErrorOptions,
  GuestError,
  type GuestErrorCode,
  type GuestErrorOptions,
} from "./errors/mod.ts";
export { parsePreopen, type Preopen, runGuest, type RunGuestOptions } from "./host/mod.ts";
export {
  type BatchBuffers,
  type BatchCursor,
  type BatchOptions,
  type BatchWalkOptions,
  type BpfMap,
  type BpfObject,
  type Libbpf,
  UpdateFlag,
} from "./host/api/interfaces.ts";
export { openLibbpf } from "./host/api/libbpf.ts";
export {
  type AttachTarget,
  AttachType,
  type BinaryTarget,
  type BpfLink,
  type BpfProgram,
  type ClassifierTarget,
  type InterfaceTarget,
  type KprobeMultiTarget,
  type LibraryOrigin,
  MapType,
  type OpenObjectOptions,
  ProgramType,
  type UprobeMultiTarget,
  type UprobeTarget,
  type XdpMode,
  type XdpTarget,
} from "./ffi/mod.ts";
