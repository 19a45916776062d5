/**
 * Loading programs and BTF without an object: `bpf_prog_load`, `bpf_btf_load`, `bpf_map_create`.
 *
 * @module
 */

import { AttachType, type NativeArgument } from "../../ffi/mod.ts";
import { mapBytes } from "../../object/uses/map_bytes.ts";
import { readInstructionUses } from "../../object/uses/uses.ts";
import { staysInKernel } from "../core/load_request.ts";
import { refuse } from "../core/refusal.ts";
import type { AttachPoint, GateRequest } from "../core/requests.ts";
import type { Call } from "./call.ts";
import { bytesInto, bytesOf, descriptorOf } from "./fields.ts";
import type { ParameterRule } from "./line.ts";
import { fieldOf, type FieldRule, struct } from "./structs.ts";

/** The kernel takes programs up to this number of instructions. */
const MAX_INSTRUCTIONS = 1_000_000;
const INSTRUCTION_BYTES = 8;

/** `BPF_LD | BPF_IMM | BPF_DW`: it has two halves, and its source register says what the number is. */
const LOAD_IMMEDIATE = 0x18;
/** `BPF_JMP | BPF_CALL`. */
const CALL = 0x85;
const PSEUDO_MAP_FD = 1;
const PSEUDO_MAP_VALUE = 2;
const PSEUDO_BTF_ID = 3;
const PSEUDO_MAP_INDEX = 5;
const PSEUDO_MAP_INDEX_VALUE = 6;
const PSEUDO_KFUNC_CALL = 2;

/** The copied instructions of each call. */
const codes = new WeakMap<Call, DataView>();

/** The instructions of a program, with the host's descriptors in place of the guest's. */
export const INSTRUCTIONS: ParameterRule = {
  is: "bytes",
  size: (call) => instructionCount(call) * INSTRUCTION_BYTES,
  isWritten: false,
  isNullable: false,
  translate: (call, code) => {
    codes.set(call, code);
    forEachDescriptor(code, (at) => code.setInt32(at, hostFdOf(call, code.getInt32(at, true)), true));
  },
};

function instructionCount(call: Call): number {
  const count = call.size("insn_cnt");
  return count <= MAX_INSTRUCTIONS ? count : refuse("E2BIG");
}

/** Calls `use` with the place of each descriptor in the code. */
function forEachDescriptor(code: DataView, use: (at: number) => void): void {
  for (let at = 0; at + INSTRUCTION_BYTES <= code.byteLength; at += INSTRUCTION_BYTES) {
    if (code.getUint8(at) !== LOAD_IMMEDIATE) continue;
    const source = code.getUint8(at + 1) >> 4;
    if (source === PSEUDO_MAP_FD || source === PSEUDO_MAP_VALUE) use(at + 4);
    const second = at + INSTRUCTION_BYTES;
    // The second half has the descriptor of the BTF; 0 means the kernel's.
    if (
      source === PSEUDO_BTF_ID && second + INSTRUCTION_BYTES <= code.byteLength && code.getInt32(second + 4, true) !== 0
    ) {
      use(second + 4);
    }
    at += INSTRUCTION_BYTES;
  }
}

function hostFdOf(call: Call, fd: number): number {
  return call.hostFd(fd, ["map", "btf"]);
}

/**
 * The number of elements of `fd_array` that the code uses. Refuses an index below 0 with EINVAL: the kernel would read the element from
 * the bytes before the array. Second halves of loads count too, because the kernel looks for calls in them before it refuses them.
 */
function arrayLength(code: DataView): number {
  let last = -1;
  for (let at = 0; at + INSTRUCTION_BYTES <= code.byteLength; at += INSTRUCTION_BYTES) {
    const index = arrayIndexAt(code, at);
    if (index === undefined) continue;
    if (index < 0) refuse("EINVAL");
    last = Math.max(last, index);
  }
  return last + 1;
}

/** The index in `fd_array` that the instruction at `at` has; undefined for instructions without one. */
function arrayIndexAt(code: DataView, at: number): number | undefined {
  const source = code.getUint8(at + 1) >> 4;
  switch (code.getUint8(at)) {
    case CALL:
      return source === PSEUDO_KFUNC_CALL ? code.getInt16(at + 2, true) : undefined;
    case LOAD_IMMEDIATE:
      return source === PSEUDO_MAP_INDEX || source === PSEUDO_MAP_INDEX_VALUE ? code.getInt32(at + 4, true) : undefined;
    default:
      return undefined;
  }
}

/** `fd_array`: descriptors that instructions name by index. Its length is that of the highest index. */
const descriptorArray: FieldRule = ({ call, source, target, offset }) => {
  // The instructions come before the options, and only their copy decides.
  const code = codes.get(call) ?? refuse("EINVAL");
  const bytes = call.copy(call.pointerIn(source, offset), arrayLength(code) * 4);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length; at += 4) {
    const fd = view.getInt32(at, true);
    // The first element often stands for the kernel's own BTF.
    if (fd !== 0) view.setInt32(at, hostFdOf(call, fd), true);
  }
  target.point(offset, bytes.length === 0 ? new Uint8Array(4) : bytes);
};

export const PROG_LOAD_OPTS = struct(
  "bpf_prog_load_opts",
  [
    "attempts",
    "expected_attach_type",
    "prog_flags",
    "prog_ifindex",
    "kern_version",
    "attach_btf_id",
    "func_info_cnt",
    "func_info_rec_size",
    "line_info_cnt",
    "line_info_rec_size",
    "log_level",
    "log_size",
  ],
  {
    prog_btf_fd: descriptorOf("btf"),
    attach_prog_fd: descriptorOf("program"),
    attach_btf_obj_fd: descriptorOf("btf"),
    fd_array: descriptorArray,
    func_info: bytesOf(["func_info_cnt", "func_info_rec_size"]),
    line_info: bytesOf(["line_info_cnt", "line_info_rec_size"]),
    log_buf: bytesInto("log_size"),
  },
  ["log_true_size"],
);

/** The request of `bpf_prog_load`, by the copies of the instructions and of the options that libbpf gets. */
export function loadProgramRequest(call: Call, args: readonly NativeArgument[]): GateRequest {
  const name = call.optionalText("prog_name") ?? "";
  const options = args[5];
  const code = codes.get(call) ?? refuse("EINVAL");
  const { helpers, kfuncIds } = readInstructionUses(new Uint8Array(code.buffer, code.byteOffset, code.byteLength));
  const program = {
    name,
    sectionName: "",
    type: call.int("prog_type"),
    expectedAttachType: fieldOf(options, "bpf_prog_load_opts", "expected_attach_type"),
    helpers,
    // Only the kernel's types tell which functions these are.
    kfuncs: kfuncIds.map(() => undefined),
    boundTo: boundTo(
      fieldOf(options, "bpf_prog_load_opts", "attach_btf_id"),
      fieldOf(options, "bpf_prog_load_opts", "expected_attach_type"),
    ),
  };
  return {
    kind: "load",
    operation: { operation: "load", kind: "program", subject: name },
    programs: [program],
    maps: [],
  };
}

/** The place of a program with a target. The number of a type can stand for any function or tracepoint. */
function boundTo(typeId: number, attachType: number): AttachPoint | undefined {
  if (typeId === 0) return undefined;
  if (attachType === AttachType.TRACE_RAW_TP) return { kind: "tracepoint", name: "*" };
  return { kind: "function", name: "*", isPattern: true };
}

/** The request of `bpf_map_create`. */
export function createMapRequest(call: Call, args: readonly NativeArgument[]): GateRequest {
  const name = call.optionalText("map_name") ?? "";
  const type = call.int("map_type");
  const flags = fieldOf(args[5], "bpf_map_create_opts", "map_flags");
  const size = (parameter: string) => call.int(parameter) >>> 0;
  const shape = { type, keySize: size("key_size"), valueSize: size("value_size"), maxEntries: size("max_entries") };
  return {
    kind: "load",
    operation: { operation: "create", kind: "map", subject: name },
    programs: [],
    maps: [{
      name,
      type,
      structOps: undefined,
      stays: staysInKernel({ type, flags }),
      bytes: mapBytes(shape, call.guest.gate.cpus),
    }],
  };
}

export const BTF_LOAD_OPTS = struct(
  "bpf_btf_load_opts",
  ["log_level", "log_size", "btf_flags"],
  { log_buf: bytesInto("log_size") },
  ["log_true_size"],
);

export const MAP_CREATE_OPTS = struct(
  "bpf_map_create_opts",
  [
    "btf_key_type_id",
    "btf_value_type_id",
    "btf_vmlinux_value_type_id",
    "map_flags",
    "map_extra",
    "numa_node",
    "map_ifindex",
  ],
  {
    btf_fd: descriptorOf("btf"),
    inner_map_fd: descriptorOf("map"),
    value_type_btf_obj_fd: descriptorOf("btf"),
  },
);
