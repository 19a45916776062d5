/**
 * `wasm_bpf_map_operate` without JavaScript: the guest's calls go through two small modules of this project to the native function.
 *
 * @module
 */

import type { GuestContext } from "../core/context.ts";
import { DirectCalls, type DirectModule } from "../core/direct_calls.ts";
import type { ImportFunction } from "../core/imports.ts";
import { instantiateEmbedded } from "../core/embedded_module.ts";
import type { FunctionType } from "../../wasm/types.ts";
import { MAP_OPERATE_I64 } from "./import_types.ts";
import { MAP_CALLS_BASE64 } from "./map_calls_bytes.ts";
import { MAP_GATE_BASE64 } from "./map_gate_bytes.ts";
import type { MapOperate } from "./map_operate.ts";

/** The exports of map_gate.wat. */
interface MapGate {
  readonly target: WebAssembly.Global;
  /** The import as C, C++ and most other languages declare it. */
  readonly map_operate: ImportFunction;
  /** The import for guests that declare pointers as `i64`. */
  readonly map_operate_i64: ImportFunction;
}

/** The exports of map_calls.wat. */
interface MapCalls extends DirectModule {
  readonly map_operate: ImportFunction;
}

/**
 * Returns `wasm_bpf_map_operate` for a guest that declares it with `types`. If they are all the same plain type, a WebAssembly function of
 * that type avoids JavaScript. Unlike a JavaScript function, that links with no other type.
 *
 * @param worthIt the number of calls through JavaScript before the direct path is set up.
 */
export function mapOperateFor(
  types: readonly FunctionType[],
  guest: GuestContext,
  inJavaScript: MapOperate,
  worthIt?: number,
): ImportFunction {
  const [first, ...others] = types;
  const isOneType = first !== undefined && others.every(({ text }) => text === first.text);
  // The gate and the calls behind it have 32-bit addresses.
  if (guest.addressBits !== 32) return inJavaScript;
  if (!isOneType || !types.every(({ isPlain }) => isPlain)) return inJavaScript;
  const gate = directMapCalls(guest, inJavaScript, worthIt);
  return first.text === MAP_OPERATE_I64 ? gate.map_operate_i64 : gate.map_operate;
}

/** The imports of one guest as functions of WebAssembly. They pass special cases to `inJavaScript`. */
function directMapCalls(guest: GuestContext, inJavaScript: MapOperate, worthIt: number | undefined): MapGate {
  const { maps } = guest.descriptors;
  const slowly: MapOperate = (...parameters) => {
    if (maps.get(parameters[0])?.isDirect) direct.update();
    return inJavaScript(...parameters);
  };
  const gate = instantiateEmbedded<MapGate>(MAP_GATE_BASE64, { host: { map_operate: slowly } });
  const open = () => {
    const call = guest.gate.openMapCall();
    if (call === undefined) return undefined;
    const calls = instantiateEmbedded<MapCalls>(MAP_CALLS_BASE64, {
      guest: { memory: guest.instance.rawMemory },
      host: { sizes: maps.sizes, map_operate: slowly },
      native: { wasm_bpf_map_call: call },
    });
    gate.target.value = calls.map_operate;
    return calls;
  };
  const direct = new DirectCalls(guest, { open, worthIt });
  return gate;
}
