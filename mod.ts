/**
 * wasm-bpf: runs WebAssembly programs that drive eBPF.
 *
 * @module
 */

export { BpfError, type BpfErrorOptions, GuestError, type GuestErrorCode } from "./errors.ts";
export { parsePreopen, type Preopen, runGuest, type RunGuestOptions } from "./host/mod.ts";
export { openSystem, type System } from "./host/system.ts";
