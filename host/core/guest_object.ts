/**
 * An object of a guest, with everything that is closed with it.
 *
 * @module
 */

import { openOperation } from "../../errors/mod.ts";
import { type BpfMap, type BpfObject, type BpfProgram, MapType, type NativeRef, type System } from "../../ffi/mod.ts";
import type { ObjectUses } from "../../object/uses/uses.ts";
import type { Admission, Charge } from "./admission.ts";
import type { BufferSizes } from "./buffer_sizes.ts";
import type { OpenBuffer } from "./event_buffers.ts";
import { GuestLinks } from "./guest_links.ts";
import { GuestMap } from "./guest_map.ts";
import { GuestProgram } from "./guest_program.ts";
import { liveLoadRequest } from "./load_request.ts";
import type { OpenedObject } from "./object_requests.ts";
import type { MapDescription } from "./requests.ts";

/**
 * An object of a guest. No other code holds libbpf's object, so each use passes the gate.
 *
 * Disposing detaches its links, closes its buffers and closes the object, in this order, once.
 */
export class GuestObject implements Disposable {
  /** For the functions of version 2. */
  readonly ref: NativeRef;
  readonly name: string;
  readonly #object: BpfObject;
  readonly #uses: ObjectUses;
  readonly #admission: Admission;
  readonly #system: System;
  readonly #pinDirectory: number | undefined;
  readonly #cpus: number;
  /** The charges for the loaded programs and maps. */
  readonly #charges: Charge[] = [];
  readonly #targets = new Map<BpfProgram, string>();
  #sizeBytes: number;
  readonly #openBuffer: OpenBuffer;
  readonly #bufferSizes: BufferSizes;
  readonly #links: GuestLinks;
  /** By the kernel's descriptor. */
  readonly #maps = new Map<number, GuestMap>();
  readonly #innerMaps = new Set<NativeRef>();
  #endParts: (() => void) | undefined;

  /** @param options.sizeBytes the size of its file, which is given back to the allowance. */
  constructor(
    { object, uses, pinDirectory }: OpenedObject,
    options: {
      admission: Admission;
      sizeBytes: number;
      openBuffer: OpenBuffer;
      bufferSizes: BufferSizes;
      system: System;
      cpus: number;
    },
  ) {
    this.#object = object;
    this.#uses = uses;
    this.#cpus = options.cpus;
    this.ref = object.ref;
    this.name = object.name;
    this.#system = options.system;
    this.#pinDirectory = pinDirectory;
    this.#admission = options.admission;
    this.#sizeBytes = options.sizeBytes;
    this.#openBuffer = options.openBuffer;
    this.#bufferSizes = options.bufferSizes;
    this.#links = new GuestLinks(options.admission);
  }

  /** Loads the object into the kernel. @throws {BpfError} EPERM if the policy refuses; the error of libbpf or the kernel. */
  load(): void {
    for (const map of this.#object.maps()) {
      const sizeBytes = map.type === MapType.RINGBUF ? this.#bufferSizes.of(map.name) : undefined;
      if (sizeBytes !== undefined) map.setMaxEntries(sizeBytes);
    }
    const options = { targets: this.#targets, cpus: this.#cpus };
    const request = liveLoadRequest(this.#object, this.#uses, options);
    const charges = this.#admission.chargesOf(request);
    this.#admission.admit(request, charges, () => this.#object.load());
    this.#charges.push(...charges);
  }

  /** Sets the function that ends the handles and links of version 2, before either version closes the object. */
  beforeClose(endParts: () => void): void {
    this.#endParts = endParts;
  }

  /** Notes the function that the guest gave a program as target in place of its section's. */
  setTarget(ref: NativeRef, target: string): void {
    this.#targets.set(this.#object.programOf(ref), target);
  }

  /** The program that a function of libbpf returned as a part of this object. */
  programOf(ref: NativeRef): BpfProgram {
    return this.#object.programOf(ref);
  }

  /** As {@link openMap}, for a map that a function of libbpf returned as a part of this object. It is in the kernel. */
  openMapOf(ref: NativeRef): GuestMap {
    return this.#open(this.#object.mapOf(ref));
  }

  /** Describes a map that a function of libbpf returned as a part of this object. */
  describeMapOf(ref: NativeRef): MapDescription {
    return descriptionOf(this.#object.mapOf(ref));
  }

  /**
   * Counts further bytes that are kept for the object; fewer if the number is negative.
   *
   * @throws {BpfError} EMFILE if the guest may not have as many.
   */
  charge(sizeBytes: number): void {
    const { objectBytes } = this.#admission.allowances;
    if (sizeBytes < 0) objectBytes.give(-sizeBytes);
    else objectBytes.take(openOperation(this.name), sizeBytes);
    this.#sizeBytes += sizeBytes;
  }

  /** Adds the definition of an inner map, which libbpf frees when the object is loaded. */
  addInnerMap(ref: NativeRef): void {
    this.#innerMaps.add(ref);
  }

  /** Removes the definitions of inner maps, and returns them. */
  takeInnerMaps(): NativeRef[] {
    const maps = [...this.#innerMaps];
    this.#innerMaps.clear();
    return maps;
  }

  /** True for a map with initial bytes, such as one of global variables. */
  hasInitialValue(ref: NativeRef): boolean {
    return this.initialValueOf(ref) !== undefined;
  }

  /** The initial bytes of a map of global variables; undefined for other maps. Those of struct_ops contain addresses of this process. */
  initialValueOf(ref: NativeRef): Uint8Array<ArrayBuffer> | undefined {
    const map = this.#object.mapOf(ref);
    return map.type === MapType.STRUCT_OPS ? undefined : map.initialValue();
  }

  /** The maps that the guest has a number for. */
  get openMaps(): GuestMap[] {
    return [...this.#maps.values()];
  }

  /** The names of all programs, in file order. */
  programNames(): string[] {
    return this.#object.programs().map(({ name }) => name);
  }

  /** The names of all maps, including those of global variables. */
  mapNames(): string[] {
    return this.#object.maps().map(({ name }) => name);
  }

  findProgram(name: string): GuestProgram | undefined {
    const program = this.#object.findProgram(name);
    return program === undefined ? undefined : new GuestProgram(program, this.#links);
  }

  /** Describes the map of this name. The description has none of the map's calls. */
  describeMap(name: string): MapDescription | undefined {
    const map = this.#object.findMap(name);
    return map === undefined ? undefined : descriptionOf(map);
  }

  /**
   * Finds a map by name, for the guest to use; always the same for one map.
   *
   * @throws {BpfError} EPERM if the policy refuses the guest a number for it.
   */
  openMap(name: string): GuestMap | undefined {
    const map = this.#object.findMap(name);
    return map === undefined ? undefined : this.#open(map);
  }

  #open(map: BpfMap): GuestMap {
    const opened = this.#maps.get(map.fd) ?? new GuestMap(map, {
      admission: this.#admission,
      openBuffer: this.#openBuffer,
      lossCounts: this.#findLossCounts(map),
    });
    this.#maps.set(map.fd, opened);
    return opened;
  }

  /** The map in which the programs count the lost records of a ring buffer, as wasm_bpf/ringbuf.bpf.h defines it. */
  #findLossCounts({ type, name }: BpfMap): BpfMap | undefined {
    if (type !== MapType.RINGBUF) return undefined;
    const counts = this.#object.findMap(`${name}__lost`);
    const isFit = counts?.type === MapType.PERCPU_ARRAY && counts.keySize === 4 && counts.valueSize === 8;
    return isFit ? counts : undefined;
  }

  /** True if `map` is a map of this object. */
  owns(map: GuestMap): boolean {
    return this.#maps.get(map.fd) === map;
  }

  /**
   * Attaches a map of type struct_ops until the object is closed.
   *
   * @throws {BpfError} EPERM if the policy refuses; EMFILE if the guest has too many links; the error of libbpf or the kernel.
   */
  attachStructOps(name: string): void {
    const map = this.#object.findMap(name);
    if (map === undefined) throw new TypeError(`Cannot attach map "${name}": not in the object`);
    this.#links.add({ kind: "struct_ops", map: descriptionOf(map) }, () => map.attachStructOps());
  }

  [Symbol.dispose](): void {
    this.#endParts?.();
    const { objects, objectBytes } = this.#admission.allowances;
    this.#links[Symbol.dispose]();
    for (const map of this.#maps.values()) map[Symbol.dispose]();
    this.#maps.clear();
    this.#object[Symbol.dispose]();
    if (this.#pinDirectory !== undefined) this.#system.closeDescriptor(this.#pinDirectory);
    for (const { allowance, count } of this.#charges) allowance.give(count);
    objects.give();
    objectBytes.give(this.#sizeBytes);
  }
}

/** The descriptor is read when it is used, because a map that is not in the kernel has none. */
function descriptionOf(map: BpfMap): MapDescription {
  const { name, type, keySize, valueSize, maxEntries, flags } = map;
  return {
    name,
    type,
    keySize,
    valueSize,
    maxEntries,
    flags,
    get fd() {
      return map.fd;
    },
  };
}
