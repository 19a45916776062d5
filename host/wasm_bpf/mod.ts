/**
 * ABI version 1: the import module `wasm_bpf`. One call a file; this is the table of them.
 *
 * Every call answers with a negative Linux errno when it fails; the reason goes to the guest's diagnostics.
 *
 * @module
 */

import type { FunctionType } from "../../wasm/types.ts";
import type { GuestContext, ImportFunction } from "../core/context.ts";
import { attachBpfProgram, attachBpfProgramFd } from "./attach_bpf_program.ts";
import { bufferPoll, wrapperBufferPoll } from "./buffer_poll.ts";
import { closeBpfObject } from "./close_bpf_object.ts";
import { DirectMapCalls, WORTH_IT } from "./direct_map_calls.ts";
import { MAP_OPERATE_I64 } from "./import_types.ts";
import { loadBpfObject } from "./load_bpf_object.ts";
import { mapFdByName } from "./map_fd_by_name.ts";
import { type MapOperate, mapOperate } from "./map_operate.ts";

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
 * `wasm_bpf_map_operate` for a guest that declares it with these types. If they are all the same, a WebAssembly function avoids
 * JavaScript. Unlike a JavaScript function, it links only with exactly its type.
 */
export function mapOperateFor(
  types: readonly FunctionType[],
  guest: GuestContext,
  inJavaScript: MapOperate,
  worthIt: number = WORTH_IT,
): ImportFunction {
  const texts = new Set(types.map(({ text }) => text));
  const isOneType = texts.size === 1 && types.every(({ isPlain }) => isPlain);
  if (!isOneType) return inJavaScript;
  const { gate } = new DirectMapCalls(guest, inJavaScript, worthIt);
  return texts.has(MAP_OPERATE_I64) ? gate.map_operate_i64 : gate.map_operate;
}

/** The functions of module `callback-wrapper`: for languages whose functions have no table index. */
export function callbackWrapperImports(guest: GuestContext): Record<string, ImportFunction> {
  return { wasm_bpf_buffer_poll: guest.guarded(wrapperBufferPoll(guest)) };
}
