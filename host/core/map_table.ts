/**
 * The maps that one guest has numbers for.
 *
 * @module
 */

import type { BpfMap } from "../../ffi/mod.ts";
import type { LoadedObject } from "./loaded_object.ts";
import { WASM_PAGE_BYTES } from "./memory.ts";

/** A map that the guest has a number for, and the object it came from. */
export interface GuestMap {
  readonly map: BpfMap;
  readonly owner: LoadedObject;
  /** True when its keys or values may be descriptors, which are checked and translated. */
  readonly hasDescriptors: boolean;
}

const ENTRY_WORDS = 2;
/** Descriptors from here on have no entry in {@link MapTable.sizes}. */
const ENTRIES = WASM_PAGE_BYTES / (4 * ENTRY_WORDS);

/** Maps by the kernel's descriptor, which is the guest's number for them. */
export class MapTable {
  readonly #maps = new Map<number, GuestMap>();
  #memory: WebAssembly.Memory | undefined;
  #sizes: Uint32Array | undefined;

  /**
   * For each descriptor the sizes of key and element, as map_calls.wat reads them, kept up to date from now on. They are 0 for
   * what is no map of the guest's and for maps that need a closer look: those with descriptors, and those without keys.
   */
  get sizes(): WebAssembly.Memory {
    if (this.#memory === undefined) {
      this.#memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
      this.#sizes = new Uint32Array(this.#memory.buffer);
      for (const [fd, one] of this.#maps) this.#note(fd, one);
    }
    return this.#memory;
  }

  get(fd: number): GuestMap | undefined {
    return this.#maps.get(fd);
  }

  has(fd: number): boolean {
    return this.#maps.has(fd);
  }

  set(fd: number, one: GuestMap): void {
    this.#maps.set(fd, one);
    this.#note(fd, one);
  }

  delete(fd: number): void {
    this.#maps.delete(fd);
    this.#note(fd, undefined);
  }

  clear(): void {
    this.#maps.clear();
    this.#sizes?.fill(0);
  }

  #note(fd: number, one: GuestMap | undefined): void {
    if (this.#sizes === undefined || fd >= ENTRIES) return;
    const plain = one !== undefined && !one.hasDescriptors && one.map.keySize > 0;
    this.#sizes.set(plain ? [one.map.keySize, one.map.elementBytes] : [0, 0], fd * ENTRY_WORDS);
  }
}
