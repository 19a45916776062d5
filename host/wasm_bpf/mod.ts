/**
 * ABI version 1: the import module `wasm_bpf`. One call a file; this is the table of them.
 *
 * Every call answers with a negative Linux errno when it fails; the reason goes to the guest's diagnostics.
 *
 * @module
 */

import type { GuestContext, ImportFunction } from "../context.ts";
import { attachBpfProgram, attachBpfProgramFd } from "./attach_bpf_program.ts";
import { bufferPoll, wrapperBufferPoll } from "./buffer_poll.ts";
import { closeBpfObject } from "./close_bpf_object.ts";
import { DirectMapCalls, WORTH_IT } from "./direct_map_calls.ts";
import { loadBpfObject } from "./load_bpf_object.ts";
import { mapFdByName } from "./map_fd_by_name.ts";
import { mapOperate } from "./map_operate.ts";

/** The functions of module `wasm_bpf`, for one guest. */
export function wasmBpfImports(guest: GuestContext) {
  return {
    wasm_load_bpf_object: guest.guarded(loadBpfObject(guest), 0n),
    wasm_close_bpf_object: guest.guarded(closeBpfObject(guest)),
    wasm_attach_bpf_program: guest.guarded(attachBpfProgram(guest)),
    wasm_attach_bpf_program_fd: guest.guarded(attachBpfProgramFd(guest)),
    wasm_bpf_map_fd_by_name: guest.guarded(mapFdByName(guest)),
    wasm_bpf_map_operate: guest.guarded(mapOperate(guest)),
    wasm_bpf_buffer_poll: guest.guarded(bufferPoll(guest)),
  } satisfies Record<string, ImportFunction>;
}

/**
 * The same with map calls that do not enter JavaScript, in each way that guests declare them.
 * Unlike a function of JavaScript, these link only with a guest that declares their very types.
 */
export function* directWasmBpfImports(
  guest: GuestContext,
  imports: ReturnType<typeof wasmBpfImports>,
  worthIt: number = WORTH_IT,
): Generator<Record<string, ImportFunction>> {
  const { gate } = new DirectMapCalls(guest, imports.wasm_bpf_map_operate, worthIt);
  yield { ...imports, wasm_bpf_map_operate: gate.map_operate };
  yield { ...imports, wasm_bpf_map_operate: gate.map_operate_i64 };
}

/** The functions of module `callback-wrapper`: for languages whose functions have no table index. */
export function callbackWrapperImports(guest: GuestContext): Record<string, ImportFunction> {
  return { wasm_bpf_buffer_poll: guest.guarded(wrapperBufferPoll(guest)) };
}
