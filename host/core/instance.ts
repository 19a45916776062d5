/**
 * The parts of a guest that exist only after linking: its memory, its table, its callback.
 *
 * @module
 */

import { GuestError } from "../../errors/mod.ts";
import type { MemoryWindow } from "../../ffi/mod.ts";
import { type AddressBits, GuestMemory, type GuestPtr, MemoryFault } from "./memory.ts";

/** A function of the guest. WebAssembly converts its parameters, and throws a TypeError for one that does not fit. */
export type Callback = (...parameters: readonly (number | bigint)[]) => unknown;

/** The results of linking. */
export interface InstanceParts {
  readonly memory: WebAssembly.Memory;
  /** The table with the guest's callbacks; undefined if it has none. */
  readonly table: WebAssembly.Table | undefined;
  /** The export through which a guest without a table is called back, if it exists. */
  // deno-lint-ignore ban-types -- the type that WebAssembly's declarations give an exported function
  readonly callback: Function | undefined;
  /** The name of that export. */
  readonly callbackName: string;
}

interface Bound extends Omit<InstanceParts, "memory"> {
  readonly memory: GuestMemory;
  readonly rawMemory: WebAssembly.Memory;
  readonly window: MemoryWindow;
}

/** A guest's instance. Before {@link GuestInstance.bind}, only a start function can call imports, which then have no memory. */
export class GuestInstance {
  /** The width of the addresses of its memory and of the indices of its table. */
  readonly addressBits: AddressBits;
  #bound: Bound | undefined;
  #callbackTable: WebAssembly.Table | undefined;

  constructor(addressBits: AddressBits = 32) {
    this.addressBits = addressBits;
  }

  /** @param options.onGrow called when growth of the memory was detected. */
  bind(parts: InstanceParts, options: { window: MemoryWindow; onGrow: () => void }): void {
    const memory = new GuestMemory(parts.memory, { addressBits: this.addressBits, onGrow: options.onGrow });
    this.#bound = { ...parts, memory, rawMemory: parts.memory, window: options.window };
  }

  get isBound(): boolean {
    return this.#bound !== undefined;
  }

  /** @throws {MemoryFault} before {@link GuestInstance.bind}. */
  get memory(): GuestMemory {
    return this.#linked.memory;
  }

  /** The memory as other WebAssembly modules import it. */
  get rawMemory(): WebAssembly.Memory {
    return this.#linked.rawMemory;
  }

  /** The memory for native code. */
  get window(): MemoryWindow {
    return this.#linked.window;
  }

  /** The table with the guest's callbacks; undefined if it has none. */
  get table(): WebAssembly.Table | undefined {
    return this.#linked.table;
  }

  /** The function at `index` of the guest's table, as a callback; undefined if there is none. */
  functionAt(index: GuestPtr): Callback | undefined {
    const { table } = this.#linked;
    return table === undefined ? undefined : functionIn(table, this.addressBits === 64 ? BigInt(index) : index);
  }

  /** A table with the exported callback as its only entry. @throws {GuestError} if the guest does not export it. */
  get callbackTable(): WebAssembly.Table {
    const { callback, callbackName } = this.#linked;
    if (callback === undefined) {
      throw new GuestError("invalid-module", `Cannot call back: the module does not export "${callbackName}"`);
    }
    return this.#callbackTable ??= tableOf(callback, this.addressBits);
  }

  get #linked(): Bound {
    if (this.#bound === undefined) throw new MemoryFault("the guest's memory does not exist yet");
    return this.#bound;
  }
}

/**
 * Calls a function of the guest.
 *
 * @param words name the function for the error: "a handler of signals".
 * @throws {GuestError} if its parameters have other types, for which the engine throws a TypeError.
 */
export function callTyped(run: Callback, args: readonly (number | bigint)[], words: string): void {
  try {
    run(...args);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new GuestError("trap", `The guest trapped: ${words} has types that do not fit`, { cause: error });
  }
}

/**
 * A table with `callback` at index 0, for guests that have no table and name their callback by an export (Go).
 *
 * @param bits the width of its indices.
 */
// deno-lint-ignore ban-types -- the type that WebAssembly's declarations give an exported function
export function tableOf(callback: Function, bits: AddressBits = 32): WebAssembly.Table {
  return numberedTable(new Map([[0, callback]]), bits);
}

/**
 * A table with each of `callbacks` at its number. There is at least one.
 *
 * @param bits the width of its indices.
 */
// deno-lint-ignore ban-types -- the type that WebAssembly's declarations give an exported function
export function numberedTable(callbacks: ReadonlyMap<number, Function>, bits: AddressBits): WebAssembly.Table {
  const size = Math.max(...callbacks.keys()) + 1;
  const table = emptyTable(size, bits);
  for (const [number, callback] of callbacks) {
    Reflect.apply(WebAssembly.Table.prototype.set, table, [bits === 64 ? BigInt(number) : number, callback]);
  }
  return table;
}

function emptyTable(size: number, bits: AddressBits): WebAssembly.Table {
  if (bits === 32) return new WebAssembly.Table({ element: "anyfunc", initial: size, maximum: size });
  // TypeScript's library does not declare tables with 64-bit indices, which are BigInts.
  const descriptor = { address: "i64", element: "anyfunc", initial: BigInt(size), maximum: BigInt(size) };
  const table: unknown = Reflect.construct(WebAssembly.Table, [descriptor]);
  if (!(table instanceof WebAssembly.Table)) throw new TypeError("Unexpected result of the constructor of tables");
  return table;
}

/** @param index a BigInt for a table with 64-bit indices. */
function functionIn(table: WebAssembly.Table, index: number | bigint): Callback | undefined {
  let entry: unknown;
  try {
    entry = Reflect.apply(WebAssembly.Table.prototype.get, table, [index]);
  } catch (error) {
    // A RangeError: the table is shorter. A TypeError: its indices have the other width.
    if (error instanceof RangeError || error instanceof TypeError) return undefined;
    throw error;
  }
  return isCallback(entry) ? entry : undefined;
}

function isCallback(entry: unknown): entry is Callback {
  return typeof entry === "function";
}
