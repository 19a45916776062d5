/**
 * ABI version 1: the import module `wasm_bpf`. Each call has a file; this is the table of them.
 *
 * Every call returns a negative Linux errno when it fails. The guest's diagnostics get the reason.
 *
 * @module
 */

import { type GuardOptions, NEGATIVE_LINUX } from "../core/guard.ts";
import { findImport, type ImportModule, type MakeImport } from "../core/imports.ts";
import { attachBpfProgram, attachBpfProgramFd } from "./attach_bpf_program.ts";
import { bufferPoll, wrapperBufferPoll } from "./buffer_poll.ts";
import { closeBpfObject } from "./close_bpf_object.ts";
import { mapOperateFor } from "./direct_map_calls.ts";
import { loadBpfObject } from "./load_bpf_object.ts";
import { mapFdByName } from "./map_fd_by_name.ts";
import { mapOperate } from "./map_operate.ts";

const GUARD: GuardOptions<number> = { errors: NEGATIVE_LINUX, syncs: true };
/** A handle of an object is never 0. */
const HANDLE_GUARD: GuardOptions<bigint> = { errors: NEGATIVE_LINUX, syncs: true, onError: 0n };

/** The functions of module `wasm_bpf`. */
export const WASM_BPF_FUNCTIONS: ImportModule = {
  wasm_load_bpf_object: (guest) => guest.guard.wrap(loadBpfObject(guest), HANDLE_GUARD),
  wasm_close_bpf_object: (guest) => guest.guard.wrap(closeBpfObject(guest), GUARD),
  wasm_attach_bpf_program: (guest) => guest.guard.wrap(attachBpfProgram(guest), GUARD),
  wasm_attach_bpf_program_fd: (guest) => guest.guard.wrap(attachBpfProgramFd(guest), GUARD),
  wasm_bpf_map_fd_by_name: (guest) => guest.guard.wrap(mapFdByName(guest), GUARD),
  wasm_bpf_map_operate: (guest, types) => mapOperateFor(types, guest, guest.guard.wrap(mapOperate(guest), GUARD)),
  wasm_bpf_buffer_poll: (guest) => guest.guard.wrap(bufferPoll(guest), GUARD),
};

/** The functions of module `callback-wrapper`: for languages whose functions have no table index. */
export const CALLBACK_WRAPPER_FUNCTIONS: ImportModule = {
  wasm_bpf_buffer_poll: (guest) => guest.guard.wrap(wrapperBufferPoll(guest), GUARD),
};

/** Finds a function of module `wasm_bpf`. */
export function wasmBpfFunction(name: string): MakeImport | undefined {
  return findImport(WASM_BPF_FUNCTIONS, name);
}

/** Finds a function of module `callback-wrapper`. */
export function callbackWrapperFunction(name: string): MakeImport | undefined {
  return findImport(CALLBACK_WRAPPER_FUNCTIONS, name);
}
