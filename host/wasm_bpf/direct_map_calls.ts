/**
 * `wasm_bpf_map_operate` without JavaScript: the guest's calls go through two small modules of this project to the native function.
 *
 * @module
 */

import type { GuestContext } from "../core/context.ts";
import type { ImportFunction } from "../core/imports.ts";
import { instantiateEmbedded } from "../core/embedded_module.ts";
import { WASM_PAGE_BYTES } from "../core/memory.ts";
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
interface MapCalls {
  readonly pages: WebAssembly.Global;
  readonly base: WebAssembly.Global;
  readonly map_operate: ImportFunction;
}

const NO_PAGES = -1;
/** The number of calls through JavaScript before the direct path is set up, which takes 1 ms. */
const WORTH_IT = 16;

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
  worthIt: number = WORTH_IT,
): ImportFunction {
  const [first, ...others] = types;
  const isOneType = first !== undefined && others.every(({ text }) => text === first.text);
  // The gate and the calls behind it have 32-bit addresses.
  if (guest.addressBits !== 32) return inJavaScript;
  if (!isOneType || !types.every(({ isPlain }) => isPlain)) return inJavaScript;
  const { gate } = new DirectMapCalls(guest, inJavaScript, worthIt);
  return first.text === MAP_OPERATE_I64 ? gate.map_operate_i64 : gate.map_operate;
}

/** The map calls of one guest, as functions of WebAssembly. They pass special cases to `inJavaScript`. */
class DirectMapCalls {
  readonly gate: MapGate;
  readonly #guest: GuestContext;
  readonly #inJavaScript: MapOperate;
  #calls: MapCalls | undefined;
  readonly #worthIt: number;
  #seen = 0;
  /** The guest's memory at the time when {@link MapCalls.pages} and {@link MapCalls.base} were set. */
  #known: ArrayBuffer | undefined;

  constructor(guest: GuestContext, inJavaScript: MapOperate, worthIt: number) {
    this.#guest = guest;
    this.#worthIt = worthIt;
    this.#inJavaScript = inJavaScript;
    this.gate = instantiateEmbedded<MapGate>(MAP_GATE_BASE64, { host: { map_operate: this.#slowly } });
    const close = () => this.#close();
    guest.cancellation.onEnd(close);
    guest.shared.onCopying(close);
  }

  readonly #slowly: MapOperate = (...parameters) => {
    if (this.#guest.descriptors.maps.get(parameters[0])?.isDirect) this.#update();
    return this.#inJavaScript(...parameters);
  };

  /** Opens the direct path for the next calls, unless they need JavaScript. */
  #update(): void {
    const { instance } = this.#guest;
    if (this.#seen++ < this.#worthIt || this.#needsJavaScript) return;
    // Reading `buffer` detects growth, after which map memory may have to be copied. So check again.
    const { buffer } = instance.memory;
    if (buffer === this.#known || this.#needsJavaScript) return;
    this.#known = buffer;
    this.#calls ??= this.#open();
    if (this.#calls === undefined) return;
    this.#calls.base.value = BigInt(instance.window.base);
    this.#calls.pages.value = buffer.byteLength / WASM_PAGE_BYTES;
  }

  /** True before the guest is linked, after it has ended, and while map memory is copied: the guard does all three. */
  get #needsJavaScript(): boolean {
    const { instance, cancellation, shared } = this.#guest;
    return !instance.isBound || cancellation.reason !== undefined || shared.copying;
  }

  /** Sends all calls through JavaScript. */
  #close(): void {
    if (this.#calls !== undefined) this.#calls.pages.value = NO_PAGES;
  }

  #open(): MapCalls | undefined {
    const { gate, instance, descriptors } = this.#guest;
    const element = gate.openMapElement();
    if (element === undefined) return undefined;
    const calls = instantiateEmbedded<MapCalls>(MAP_CALLS_BASE64, {
      guest: { memory: instance.rawMemory },
      host: { sizes: descriptors.maps.sizes, map_operate: this.#slowly },
      native: { wasm_bpf_map_element: element },
    });
    this.gate.target.value = calls.map_operate;
    return calls;
  }
}
