/**
 * Objects for TypeScript programs.
 *
 * @module
 */

import type * as ffi from "../../ffi/mod.ts";
import { ObjectMap, type Owner } from "./map.ts";
import type { BpfMap } from "./map_interfaces.ts";
import type { BpfObject } from "./object_interfaces.ts";

/** See {@link BpfObject}. */
export class ApiObject implements BpfObject, Owner {
  readonly #raw: ffi.BpfObject;
  readonly #maps = new Map<ffi.BpfMap, ObjectMap>();
  readonly #onClose: (object: ApiObject) => void;
  #closed = false;

  constructor(raw: ffi.BpfObject, onClose: (object: ApiObject) => void) {
    this.#raw = raw;
    this.#onClose = onClose;
  }

  get name(): string {
    return this.#raw.name;
  }

  get closed(): boolean {
    return this.#closed;
  }

  load(): void {
    this.#raw.load();
  }

  findProgram(name: string): ffi.BpfProgram | undefined {
    return this.#raw.findProgram(name);
  }

  findMap(name: string): BpfMap | undefined {
    const map = this.#raw.findMap(name);
    return map === undefined ? undefined : this.#map(map);
  }

  programs(): readonly ffi.BpfProgram[] {
    return this.#raw.programs();
  }

  maps(): readonly BpfMap[] {
    return this.#raw.maps().map((map) => this.#map(map));
  }

  #map(raw: ffi.BpfMap): ObjectMap {
    const map = this.#maps.get(raw) ?? new ObjectMap(raw, this);
    this.#maps.set(raw, map);
    return map;
  }

  [Symbol.dispose](): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#raw[Symbol.dispose]();
    this.#onClose(this);
  }
}
