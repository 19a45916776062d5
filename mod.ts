/**
 * Runs WebAssembly programs that drive eBPF, and offers libbpf to TypeScript programs.
 *
 * Both need Deno's `--allow-ffi`. The kernel requires root, or CAP_BPF with CAP_PERFMON or CAP_NET_ADMIN.
 *
 * This program loads a compiled eBPF object, attaches a program of it and reads a map:
 *
 * ```ts
 * import { openLibbpf } from "@wasm-bpf/wasm-bpf";
 *
 * using libbpf = openLibbpf();
 * using object = libbpf.openObject(Deno.readFileSync("examples/bootstrap/bootstrap.bpf.o"), { name: "bootstrap" });
 * object.load();
 * using link = object.findProgram("handle_exec")?.attach();
 * new Deno.Command("true").outputSync();
 * for (const [pid, start] of object.findMap("exec_start")?.entries() ?? []) {
 *   console.log(`process ${new Uint32Array(pid.buffer)[0]} started at ${new BigUint64Array(start.buffer)[0]} ns`);
 * }
 * ```
 *
 * This one runs a guest, a WebAssembly module that contains such an object, for one second:
 *
 * ```ts
 * import { runGuest } from "@wasm-bpf/wasm-bpf";
 *
 * const code = runGuest(Deno.readFileSync("examples/runqlat/runqlat.wasm"), { name: "runqlat", args: ["1", "1"] });
 * if (code !== 0) throw new Error(`runqlat failed with ${code}`);
 * ```
 *
 * @module
 */

export {
  BpfError,
  type BpfErrorOptions,
  GuestError,
  type GuestErrorCode,
  type GuestErrorOptions,
  type Operation,
  type OperationKind,
} from "./errors/mod.ts";
export { type BufferReport, parsePreopen, type Preopen, runGuest, type RunGuestOptions } from "./host/mod.ts";
export { ALLOW_ALL, DEFAULT_POLICY, type GuestPolicy, type PolicyLimits } from "./host/core/policy/guest_policy.ts";
export type { AllowList } from "./host/core/policy/patterns.ts";
export {
  type BatchBuffers,
  type BatchCursor,
  type BatchOptions,
  type BatchWalkOptions,
  type BpfMap,
  UpdateFlag,
} from "./host/api/map_interfaces.ts";
export { type BitPlace, type Codec, codecs } from "./host/api/codecs.ts";
export { openLibbpf } from "./host/api/libbpf.ts";
export type { BpfObject, Libbpf } from "./host/api/object_interfaces.ts";
export { Skeleton, TypedMap, Variables } from "./host/api/skeleton.ts";
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
