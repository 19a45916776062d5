/**
 * The maps that one guest has numbers for.
 *
 * @module
 */

import type { GuestMap } from "./guest_map.ts";
import { WASM_PAGE_BYTES } from "./memory.ts";

const ENTRY_WORDS = 2;
/** Larger descriptors have no entry in {@link MapTable.sizes}. */
const ENTRIES = WASM_PAGE_BYTES / (4 * ENTRY_WORDS);

/** Maps by the kernel's descriptor, which is the guest's number for them. */
export class MapTable {
  readonly #maps = new Map<number, GuestMap>();
  #memory: WebAssembly.Memory | undefined;
  #sizes: Uint32Array | undefined;

  /**
   * For each descriptor, the sizes of key and element, as map_calls.wat reads them. The table is kept up to date from the first use on.
   *
   * Sizes are 0 for numbers that are not the guest's, and for maps that are not {@link GuestMap.isDirect}.
   */
  get sizes(): WebAssembly.Memory {
    if (this.#memory === undefined) {
      this.#memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
      this.#sizes = new Uint32Array(this.#memory.buffer);
      for (const [fd, map] of this.#maps) this.#note(fd, map);
    }
    return this.#memory;
  }

  get(fd: number): GuestMap | undefined {
    return this.#maps.get(fd);
  }

  has(fd: number): boolean {
    return this.#maps.has(fd);
  }

  add(map: GuestMap): void {
    this.#maps.set(map.fd, map);
    this.#note(map.fd, map);
  }

  delete(fd: number): void {
    this.#maps.delete(fd);
    this.#note(fd, undefined);
  }

  clear(): void {
    this.#maps.clear();
    this.#sizes?.fill(0);
  }

  #note(fd: number, map: GuestMap | undefined): void {
    if (this.#sizes === undefined || fd >= ENTRIES) return;
    this.#sizes.set(map?.isDirect ? [map.keySize, map.elementBytes] : [0, 0], fd * ENTRY_WORDS);
  }
}
