/**
 * The parts of a guest that exist only after linking: its memory, its table, its callback.
 *
 * @module
 */

import { GuestError } from "../../errors/mod.ts";
import type { MemoryWindow } from "../../ffi/mod.ts";
import { GuestMemory, MemoryFault } from "./memory.ts";

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
  #bound: Bound | undefined;
  #callbackTable: WebAssembly.Table | undefined;

  /** @param options.onGrow called when growth of the memory was detected. */
  bind(parts: InstanceParts, options: { window: MemoryWindow; onGrow: () => void }): void {
    const memory = new GuestMemory(parts.memory, options.onGrow);
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

  /** A table with the exported callback as its only entry. @throws {GuestError} if the guest does not export it. */
  get callbackTable(): WebAssembly.Table {
    const { callback, callbackName } = this.#linked;
    if (callback === undefined) {
      throw new GuestError("invalid-module", `Cannot call back: the module does not export "${callbackName}"`);
    }
    return this.#callbackTable ??= tableOf(callback);
  }

  get #linked(): Bound {
    if (this.#bound === undefined) throw new MemoryFault("the guest's memory does not exist yet");
    return this.#bound;
  }
}

/** A table with `callback` at index 0, for guests that have no table and name their callback by an export (Go). */
// deno-lint-ignore ban-types -- the type that WebAssembly's declarations give an exported function
export function tableOf(callback: Function): WebAssembly.Table {
  const table = new WebAssembly.Table({ element: "anyfunc", initial: 1, maximum: 1 });
  table.set(0, callback);
  return table;
}
