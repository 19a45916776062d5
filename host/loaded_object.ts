/**
 * What a guest holds by one object handle: the object with its links and buffers, so that closing it closes all.
 *
 * @module
 */

import type { BpfLink, BpfMap, BpfObject } from "../ffi/mod.ts";
import type { EventBuffer } from "./pump/mod.ts";

/** A loaded object of a guest. Disposing detaches, unmaps and closes, in this order, once. */
export class LoadedObject implements Disposable {
  readonly object: BpfObject;
  readonly #links: BpfLink[] = [];
  readonly #maps: BpfMap[] = [];
  readonly #buffers = new Map<BpfMap, EventBuffer>();

  constructor(object: BpfObject) {
    this.object = object;
  }

  /** The maps that the guest has got a number for. */
  get maps(): readonly BpfMap[] {
    return this.#maps;
  }

  addLink(link: BpfLink): void {
    this.#links.push(link);
  }

  addMap(map: BpfMap): void {
    if (!this.#maps.includes(map)) this.#maps.push(map);
  }

  /** The buffer of `map`, opened by `open` at first use. Each map has one, with its own position. */
  buffer(map: BpfMap, open: () => EventBuffer): EventBuffer {
    const known = this.#buffers.get(map);
    if (known !== undefined) return known;
    const buffer = open();
    this.#buffers.set(map, buffer);
    return buffer;
  }

  [Symbol.dispose](): void {
    for (const link of this.#links.splice(0).reverse()) link[Symbol.dispose]();
    for (const buffer of this.#buffers.values()) buffer[Symbol.dispose]();
    this.#buffers.clear();
    this.object[Symbol.dispose]();
  }
}
