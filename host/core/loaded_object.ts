/**
 * The resources behind a guest's object handle: the object with its links and buffers, so that closing it closes all of them.
 *
 * @module
 */

import type { BpfLink, BpfMap, BpfObject } from "../../ffi/mod.ts";
import type { Allowances } from "./allowances.ts";
import type { GuestEvents } from "./event_buffers.ts";

/** A loaded object of a guest. Disposing detaches, unmaps and closes, in this order, once. */
export class LoadedObject implements Disposable {
  readonly object: BpfObject;
  readonly #allowances: Allowances;
  readonly #sizeBytes: number;
  readonly #links: BpfLink[] = [];
  readonly #maps: BpfMap[] = [];
  readonly #buffers = new Map<BpfMap, GuestEvents>();

  /**
   * Adds the object that `load` opens and loads. Calls `load` only if the guest may have another object.
   *
   * @param name for messages.
   * @throws {BpfError} EMFILE when the guest has too many; the error of `load`.
   */
  static load(
    name: string,
    options: { allowances: Allowances; sizeBytes: number; load: () => BpfObject },
  ): LoadedObject {
    const { allowances, sizeBytes, load } = options;
    const operation = `Cannot open object "${name}"`;
    using stack = new DisposableStack();
    allowances.objects.take(operation);
    stack.defer(() => allowances.objects.give());
    allowances.objectBytes.take(operation, sizeBytes);
    stack.defer(() => allowances.objectBytes.give(sizeBytes));
    const object = load();
    stack.move();
    return new LoadedObject(object, allowances, sizeBytes);
  }

  private constructor(object: BpfObject, allowances: Allowances, sizeBytes: number) {
    this.object = object;
    this.#allowances = allowances;
    this.#sizeBytes = sizeBytes;
  }

  /** The maps that the guest has got a number for. */
  get maps(): readonly BpfMap[] {
    return this.#maps;
  }

  /**
   * Adds the link that `attach` creates. Calls `attach` only if the guest may have another link. A link with many probes
   * (`kprobe.multi`) counts as one.
   *
   * @param name the name of the program or map, for messages.
   * @throws {BpfError} EMFILE when the guest has too many; the error of `attach`.
   */
  addLink(name: string, attach: () => BpfLink): BpfLink {
    const { links } = this.#allowances;
    links.take(`Cannot attach "${name}"`);
    using stack = new DisposableStack();
    stack.defer(() => links.give());
    const link = attach();
    this.#links.push(link);
    stack.move();
    return link;
  }

  addMap(map: BpfMap): void {
    if (!this.#maps.includes(map)) this.#maps.push(map);
  }

  /**
   * The buffer of `map`, opened by `open` at first use. Each map has one buffer with its own position.
   *
   * @throws {BpfError} EMFILE when the guest has too many; the error of `open`.
   */
  buffer(map: BpfMap, open: () => GuestEvents): GuestEvents {
    const known = this.#buffers.get(map);
    if (known !== undefined) return known;
    const { buffers } = this.#allowances;
    buffers.take(`Cannot open a buffer on map "${map.name}"`);
    using stack = new DisposableStack();
    stack.defer(() => buffers.give());
    const buffer = open();
    this.#buffers.set(map, buffer);
    stack.move();
    return buffer;
  }

  [Symbol.dispose](): void {
    const { links, buffers, objects, objectBytes } = this.#allowances;
    for (const link of this.#links.splice(0).reverse()) {
      link[Symbol.dispose]();
      links.give();
    }
    for (const buffer of this.#buffers.values()) {
      buffer[Symbol.dispose]();
      buffers.give();
    }
    this.#buffers.clear();
    this.object[Symbol.dispose]();
    objects.give();
    objectBytes.give(this.#sizeBytes);
  }
}
