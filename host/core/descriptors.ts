/**
 * The descriptors of one guest.
 *
 * A guest numbers its files from 0, as WASI does. In version 1 of the ABI it also has numbers for maps, and these are the kernel's own
 * descriptors, so the two series can share a number: file 5 and map 5. The table therefore keeps two series, and each lookup chooses one.
 * Calls that take descriptors of any kind (version 2) need one series; such entries belong to the first.
 *
 * @module
 */

import { MapTable } from "./map_table.ts";

/** The largest number of descriptors that a guest can have. */
export const MAX_DESCRIPTORS = 1024;

/** An entry of the table. Disposing closes it. */
export interface Descriptor extends Disposable {
  /**
   * The host's descriptor, for calls that pass a guest's descriptor to the kernel: attaching to a directory, values of maps. Undefined
   * if the guest may not pass it on.
   */
  readonly passedFd: number | undefined;
}

/** All descriptors of one guest. Disposing closes them. */
export class DescriptorTable implements Disposable {
  /** Version 1's maps, by the kernel's descriptor. Their objects close them. */
  readonly maps: MapTable = new MapTable();
  readonly #entries: (Descriptor | undefined)[] = [];

  /** Returns the entry at `fd`, or undefined. */
  find(fd: number): Descriptor | undefined {
    return this.#entries[fd];
  }

  /** Gives `entry` the lowest free number. @returns undefined if there is none. */
  add(entry: Descriptor): number | undefined {
    let fd = 0;
    while (this.#entries[fd] !== undefined) fd++;
    if (fd >= MAX_DESCRIPTORS) return undefined;
    this.#entries[fd] = entry;
    return fd;
  }

  /** Puts `entry` at a free number. */
  set(fd: number, entry: Descriptor): void {
    this.#entries[fd] = entry;
  }

  /** Removes the entry at `fd` without closing it, and returns it. */
  remove(fd: number): Descriptor | undefined {
    const entry = this.#entries[fd];
    if (entry !== undefined) this.#entries[fd] = undefined;
    return entry;
  }

  [Symbol.dispose](): void {
    this.maps.clear();
    for (const entry of this.#entries.splice(0)) entry?.[Symbol.dispose]();
  }
}
