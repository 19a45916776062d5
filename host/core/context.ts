/**
 * State that the import calls of one guest share: its memory, its handles, and its diagnostics.
 *
 * @module
 */

import { BpfError, GuestError, LINUX_ERRNO, linuxErrno, wasiErrno } from "../../errors/mod.ts";
import { type Libbpf, type MemoryWindow, openWindow, type System } from "../../ffi/mod.ts";
import { Allowances } from "./allowances.ts";
import { HandleTable } from "./handles.ts";
import type { LoadedObject } from "./loaded_object.ts";
import { MapTable } from "./map_table.ts";
import { GuestMemory, MemoryFault } from "./memory.ts";
import { tableOf } from "../pump/mod.ts";
import type { ObjectGrants } from "./object_requests.ts";
import { SharedMemory, type SharedMemoryMode } from "./shared_memory.ts";
import type { Wasi } from "../wasi/mod.ts";

/** Receivers of the host's messages about a guest. */
export interface Diagnostics {
  /** One thing that went wrong, in one line; with the whole log behind it when it is a {@link BpfError}. */
  report(problem: BpfError | string): void;
  /** `count` more events were dropped by the kernel because a buffer was full. */
  lost(count: number): void;
}

/** Options of {@link GuestContext}. */
export interface GuestContextOptions {
  libbpf: Libbpf;
  system: System;
  wasi: Wasi;
  diagnostics: Diagnostics;
  /** The name and the permissions of the guest's objects. */
  grants: ObjectGrants;
  /** The limit of links that the guest may have at once; see {@link Allowances}. */
  maxLinks?: number | undefined;
  /** "copy" forces the fallback of {@link SharedMemory}; "map" by default. */
  sharedMemory?: SharedMemoryMode | undefined;
}

/** A function that a guest may import. What it takes and gives is checked by WebAssembly against the guest's declaration. */
// deno-lint-ignore no-explicit-any -- each import has parameters of its own, numbers and BigInts
export type ImportFunction = (...parameters: any[]) => number | bigint | void;

/** The state of one guest behind its imports. Disposing closes every object it has open. */
export class GuestContext implements Disposable {
  readonly libbpf: Libbpf;
  readonly system: System;
  readonly wasi: Wasi;
  readonly grants: ObjectGrants;
  readonly objects = new HandleTable<LoadedObject>();
  readonly maps = new MapTable();
  readonly allowances: Allowances;
  readonly shared: SharedMemory;
  readonly #diagnostics: Diagnostics;
  #bound: Bound | undefined;
  #onHindered: () => void = () => {};

  constructor(options: GuestContextOptions) {
    this.libbpf = options.libbpf;
    this.system = options.system;
    this.wasi = options.wasi;
    this.grants = options.grants;
    this.allowances = new Allowances(options.maxLinks);
    this.shared = new SharedMemory(options.system.calls, this.allowances.shares, options.sharedMemory);
    this.#diagnostics = options.diagnostics;
  }

  /** Gives the calls the instance's memory and table, which exist only after linking. */
  bind(instance: GuestInstance): void {
    const window = openWindow(instance.memory);
    const memory = new GuestMemory(instance.memory, () => this.shared.follow());
    this.#bound = { ...instance, memory, rawMemory: instance.memory, window, callbackTable: undefined };
    this.wasi.bind(memory);
  }

  get memory(): GuestMemory {
    return this.#alive.memory;
  }

  /** The memory as WebAssembly has it, to be imported by other modules. */
  get rawMemory(): WebAssembly.Memory {
    return this.#alive.rawMemory;
  }

  /** The memory as native code sees it. */
  get window(): MemoryWindow {
    return this.#alive.window;
  }

  /** The table of functions that callbacks are named by; undefined when the guest has none. */
  get table(): WebAssembly.Table | undefined {
    return this.#alive.table;
  }

  /** A table that holds the exported callback alone. @throws {GuestError} when the guest exports none. */
  get callbackTable(): WebAssembly.Table {
    const bound = this.#alive;
    if (bound.callbackTable === undefined) {
      const { callback, callbackName } = bound;
      if (callback === undefined) {
        throw new GuestError("invalid-module", `Cannot call back: the module does not export "${callbackName}"`);
      }
      bound.callbackTable = tableOf(callback);
    }
    return bound.callbackTable;
  }

  /** True when calls must be guarded: the guest has not begun or has ended, or map memory must be copied. */
  get hindered(): boolean {
    return this.wasi.exit !== undefined || this.shared.copying || this.#bound === undefined;
  }

  /** Has `listener` called whenever {@link GuestContext.hindered} may have become true while the guest runs. */
  onHindered(listener: () => void): void {
    this.#onHindered = listener;
    this.wasi.onExit = listener;
  }

  report(problem: BpfError | string): void {
    this.#diagnostics.report(problem);
  }

  reportLost(count: number): void {
    this.#diagnostics.lost(count);
  }

  /**
   * `call` as the guest may import it: refusals are reported and become a negative Linux errno, or `onError`. After
   * `proc_exit` nothing works any more: a guest that catches exceptions cannot go on.
   */
  guarded<P extends readonly unknown[], R extends number | bigint>(call: (...parameters: P) => R, onError?: R) {
    return this.#guarded<P, R | number>(call, (errno) => onError ?? -linuxErrno(errno));
  }

  /** The same for imports whose errors are WASI's: module `libbpf`. */
  guardedWasi<P extends readonly unknown[]>(call: (...parameters: P) => number) {
    return this.#guarded<P, number>(call, (errno) => -wasiErrno(errno));
  }

  #guarded<P extends readonly unknown[], R>(call: (...parameters: P) => R, onRefusal: (errno: number) => R) {
    return (...parameters: P): R => {
      if (this.wasi.exit !== undefined) throw this.wasi.exit;
      if (this.shared.copying) this.sync();
      try {
        return call(...parameters);
      } catch (error) {
        return onRefusal(this.#errnoOf(error));
      } finally {
        if (this.shared.copying) {
          this.#onHindered();
          this.sync();
        }
      }
    };
  }

  /** `call` of another import module, with copies of map memory brought up to date around it: for those that wait. */
  synced(call: ImportFunction): ImportFunction {
    return (...parameters) => {
      if (this.shared.copying) this.sync();
      try {
        return call(...parameters);
      } finally {
        if (this.shared.copying) this.sync();
      }
    };
  }

  /** Brings copies of map memory up to date, where map memory has to be copied. */
  sync(): void {
    this.shared.sync();
  }

  /** The Linux (or libbpf) errno of a refusal, which is reported. What is no refusal is thrown on. */
  #errnoOf(error: unknown): number {
    if (error instanceof MemoryFault) return LINUX_ERRNO.EFAULT;
    if (!(error instanceof BpfError)) throw error;
    this.report(error);
    return error.errno;
  }

  get #alive(): Bound {
    // Only a start function that calls imports comes here before the instance is there.
    if (this.#bound === undefined) throw new MemoryFault("the guest's memory is not there yet");
    return this.#bound;
  }

  [Symbol.dispose](): void {
    this.shared[Symbol.dispose]();
    for (const loaded of this.objects.drain()) loaded[Symbol.dispose]();
    this.maps.clear();
  }
}

/** The results of linking. */
export interface GuestInstance {
  memory: WebAssembly.Memory;
  table: WebAssembly.Table | undefined;
  /** The export that guests without a table are called back by, if it is there, and the name it should have. */
  // deno-lint-ignore ban-types -- it is what WebAssembly's own types call an exported function
  callback: Function | undefined;
  callbackName: string;
}

interface Bound extends Omit<GuestInstance, "memory"> {
  memory: GuestMemory;
  rawMemory: WebAssembly.Memory;
  window: MemoryWindow;
  callbackTable: WebAssembly.Table | undefined;
}
