/**
 * Options of calls on programs, and their checks.
 *
 * @module
 */

import { libbpfErrno } from "../../errors/mod.ts";
import { refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import { bytesInto, bytesOf, descriptorOf, text } from "./fields.ts";
import { NULLABLE, optionalDescriptor, type ParameterRule } from "./line.ts";
import { argumentsOf } from "./marshal.ts";
import { endPartDescriptor } from "./parts.ts";
import { struct } from "./structs.ts";

const INSTRUCTION_BYTES = 8;

export const TEST_RUN_OPTS = struct(
  "bpf_test_run_opts",
  ["data_size_in", "ctx_size_in", "repeat", "flags", "cpu", "batch_size"],
  {
    data_in: bytesOf("data_size_in"),
    data_out: bytesInto("data_size_out"),
    // Programs of type syscall write to it.
    ctx_in: bytesInto("ctx_size_in"),
    ctx_out: bytesInto("ctx_size_out"),
  },
  ["data_size_out", "ctx_size_out", "retval", "duration"],
);

export const BIND_OPTS = struct("bpf_prog_bind_opts", ["flags"]);
export const RAW_TP_OPTS = struct("bpf_raw_tp_opts", ["cookie"], { tp_name: text() });
export const LINK_UPDATE_OPTS = struct("bpf_link_update_opts", ["flags"], {
  old_prog_fd: descriptorOf("program"),
  old_map_fd: descriptorOf("map"),
});

/** The size of the array of program ids that a guest gives to a query. */
export function programIdBytes(call: Call): number {
  return call.countAt("prog_cnt") * 4;
}

/** The number of ids, for the kernel: the one that the array was made for. */
export const PROGRAM_COUNT: ParameterRule = {
  is: "bytes",
  size: 4,
  isWritten: true,
  isNullable: false,
  translate: (call, count) => count.setUint32(0, call.countAt("prog_cnt"), true),
};

/** The arguments of `bpf_program__set_attach_target`. */
const TARGET = { attach_prog_fd: optionalDescriptor("program"), attach_func_name: NULLABLE };

/**
 * `bpf_program__set_attach_target`: the host keeps the target for the policy. An iterator stays with the target of its section,
 * which decides about the meaning of its options.
 */
export const SET_ATTACH_TARGET = { parameters: TARGET, run: setAttachTarget };

function setAttachTarget(call: Call): number {
  const part = call.program("prog");
  if (call.programOf(part).sectionName.startsWith("iter")) refuse("EINVAL");
  const args = argumentsOf(call, "bpf_program__set_attach_target", { parameters: TARGET });
  const { errno } = call.calls.call("bpf_program__set_attach_target", args);
  if (errno < 0) return -libbpfErrno(errno);
  const [, , target] = args;
  if (target instanceof Uint8Array) part.object.setTarget(part.ref, new TextDecoder().decode(target.subarray(0, -1)));
  return 0;
}

/** `bpf_program__insns(program, buffer, size) -> count`: copies the instructions. */
export function instructions(call: Call): number {
  const { ref } = call.program("program");
  const bytes = call.calls.instructionsOf(ref);
  return call.returnBytes(bytes, { buffer: "buffer", size: "size" }) / INSTRUCTION_BYTES;
}

/** `bpf_program__unload`: libbpf closes the program's descriptor. */
export function unloadProgram(call: Call): number {
  const { ref, object } = call.program("prog");
  call.calls.call("bpf_program__unload", [ref]);
  endPartDescriptor(call.guest, object, ref);
  return 0;
}
