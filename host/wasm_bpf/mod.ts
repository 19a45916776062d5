/**
 * ABI version 1: the import module `wasm_bpf`. One call a file; this is the table of them.
 *
 * Every call answers with a negative Linux errno when it fails; the reason goes to the guest's diagnostics.
 *
 * @module
 */

import type { FunctionType } from "../../wasm/types.ts";
import type { GuestContext } from "../core/context.ts";
import { NEGATIVE_LINUX } from "../core/guard.ts";
import type { ImportFunction, ImportTable } from "../core/imports.ts";
import { attachBpfProgram, attachBpfProgramFd } from "./attach_bpf_program.ts";
import { bufferPoll, wrapperBufferPoll } from "./buffer_poll.ts";
import { closeBpfObject } from "./close_bpf_object.ts";
import { DirectMapCalls, WORTH_IT } from "./direct_map_calls.ts";
import { MAP_OPERATE_I64 } from "./import_types.ts";
import { loadBpfObject } from "./load_bpf_object.ts";
import { mapFdByName } from "./map_fd_by_name.ts";
import { type MapOperate, mapOperate } from "./map_operate.ts";

const GUARD = { errors: NEGATIVE_LINUX, syncs: true } as const;

/** The functions of module `wasm_bpf`, for one guest. */
export function wasmBpfImports(guest: GuestContext) {
  const { guard } = guest;
  return {
    wasm_load_bpf_object: guard.wrap(loadBpfObject(guest), { ...GUARD, onError: 0n }),
    wasm_close_bpf_object: guard.wrap(closeBpfObject(guest), GUARD),
    wasm_attach_bpf_program: guard.wrap(attachBpfProgram(guest), GUARD),
    wasm_attach_bpf_program_fd: guard.wrap(attachBpfProgramFd(guest), GUARD),
    wasm_bpf_map_fd_by_name: guard.wrap(mapFdByName(guest), GUARD),
    wasm_bpf_map_operate: guard.wrap(mapOperate(guest), GUARD),
    wasm_bpf_buffer_poll: guard.wrap(bufferPoll(guest), GUARD),
  } satisfies ImportTable;
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
export function callbackWrapperImports(guest: GuestContext): ImportTable {
  return { wasm_bpf_buffer_poll: guest.guard.wrap(wrapperBufferPoll(guest), GUARD) };
}
