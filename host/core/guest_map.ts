/**
 * A map of a guest.
 *
 * @module
 */

import type { Batch, BatchFlags, BatchWalk, KernelMap } from "../../ffi/mod.ts";
import type { Admission } from "./admission.ts";
import { hasDescriptors } from "./descriptor_values.ts";
import type { BufferMap, EventReceiver, GuestEvents, OpenBuffer } from "./event_buffers.ts";
import type { MapAccess, MapDescription } from "./requests.ts";

/**
 * A map for which the guest has a number. No other code holds libbpf's map, so each use passes the gate. Disposing closes its buffer; its
 * object closes the map.
 *
 * The element calls are those of {@link KernelMap}, and throw EPERM if the policy refuses the access.
 */
export class GuestMap implements MapDescription, Disposable {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly elementBytes: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** The kernel's descriptor. */
  readonly fd: number;
  /** True if keys or values may be descriptors, which must be checked and translated. */
  readonly hasDescriptors: boolean;
  /** True if the policy allows every use of elements. Later uses then skip it. */
  readonly isUnrestricted: boolean;
  /**
   * True if calls on its elements need no JavaScript. False with a policy on its elements, with descriptors as elements, and without keys.
   */
  readonly isDirect: boolean;
  readonly #map: KernelMap;
  readonly #admission: Admission;
  readonly #openBuffer: OpenBuffer;
  readonly #end: () => void;
  readonly #lossCounts: KernelMap | undefined;
  #buffer: GuestEvents | undefined;
  #beforeClose: (() => void) | undefined;

  /**
   * @param options.end makes `map` unusable when this is disposed. Buffers may keep it longer.
   * @param options.lossCounts the map in which its programs count lost records; see {@link GuestMap.readLost}.
   * @throws {BpfError} EPERM if the policy refuses the guest a number; ENOENT if the map is not in the kernel.
   */
  constructor(
    map: KernelMap,
    options: { admission: Admission; openBuffer: OpenBuffer; end?: () => void; lossCounts?: KernelMap | undefined },
  ) {
    const { admission, openBuffer, end = () => {}, lossCounts } = options;
    this.#end = end;
    this.#lossCounts = lossCounts;
    this.name = map.name;
    this.type = map.type;
    this.keySize = map.keySize;
    this.valueSize = map.valueSize;
    this.elementBytes = map.elementBytes;
    this.maxEntries = map.maxEntries;
    this.flags = map.flags;
    this.fd = map.fd;
    this.hasDescriptors = hasDescriptors(map);
    this.#map = map;
    this.#admission = admission;
    this.#openBuffer = openBuffer;
    admission.pass({ kind: "map", map: this });
    this.isUnrestricted = this.#allows("read") && this.#allows("write");
    this.isDirect = this.isUnrestricted && !this.hasDescriptors && this.keySize > 0;
  }

  lookup(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number {
    this.#ask("read");
    return this.#map.lookup(memory, key, value, flags);
  }

  update(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number {
    this.#ask("write");
    return this.#map.update(memory, key, value, flags);
  }

  delete(memory: Uint8Array<ArrayBuffer>, key: number, flags: number): number {
    this.#ask("write");
    return this.#map.delete(memory, key, flags);
  }

  nextKey(memory: Uint8Array<ArrayBuffer>, key: number | undefined, nextKey: number): number {
    this.#ask("read");
    return this.#map.nextKey(memory, key, nextKey);
  }

  lookupAndDelete(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number {
    this.#ask("read");
    this.#ask("write");
    return this.#map.lookupAndDelete(memory, key, value, flags);
  }

  /** The calls for batches are those of {@link BpfMap} too. */
  lookupBatch(memory: Uint8Array<ArrayBuffer>, batch: BatchWalk, flags: BatchFlags): number {
    this.#ask("read");
    return this.#map.lookupBatch(memory, batch, flags);
  }

  lookupAndDeleteBatch(memory: Uint8Array<ArrayBuffer>, batch: BatchWalk, flags: BatchFlags): number {
    this.checkFullAccess();
    return this.#map.lookupAndDeleteBatch(memory, batch, flags);
  }

  updateBatch(memory: Uint8Array<ArrayBuffer>, batch: Batch, flags: BatchFlags): number {
    this.#ask("write");
    return this.#map.updateBatch(memory, batch, flags);
  }

  deleteBatch(memory: Uint8Array<ArrayBuffer>, batch: Omit<Batch, "values">, flags: BatchFlags): number {
    this.#ask("write");
    return this.#map.deleteBatch(memory, batch, flags);
  }

  /** Checks that the guest may read and write all elements, as shared memory lets it. @throws {BpfError} EPERM if the policy refuses. */
  checkFullAccess(): void {
    this.#ask("read");
    this.#ask("write");
  }

  /**
   * Returns the map's buffer of events. Opens it at first use, for `receiver`, and calls `onOpen`, whose result is called before the
   * buffer is closed.
   *
   * @throws {BpfError} EPERM if the policy refuses; EMFILE if the guest has too many buffers; EINVAL if the map has no events.
   */
  buffer(receiver: EventReceiver, onOpen: (events: GuestEvents) => () => void): GuestEvents {
    if (this.#buffer !== undefined) return this.#buffer;
    const opened = this.#admission.admit(
      { kind: "buffer", map: this },
      [{ allowance: this.#admission.allowances.buffers }],
      () => this.#openBuffer(this.#map, receiver),
    );
    this.#beforeClose = onOpen(opened);
    return this.#buffer = opened;
  }

  /** Reads the number of records that its programs lost; undefined if they do not count them. */
  readLost(): number | undefined {
    if (this.#lossCounts === undefined) return undefined;
    const counts = new BigUint64Array(1 + this.#lossCounts.elementBytes / 8);
    // The first entry is the key, 0.
    const result = this.#lossCounts.lookup(new Uint8Array(counts.buffer), 0, 8, 0);
    return result < 0 ? undefined : Number(counts.reduce((sum, count) => sum + count, 0n));
  }

  /**
   * Opens a buffer of version 2. Each call opens another one. The caller calls {@link GuestMap.giveBuffer} after it has closed it.
   *
   * @throws {BpfError} EPERM if the policy refuses; EMFILE if the guest has too many buffers; the error of `open`.
   */
  admitBuffer<T>(open: (map: BufferMap) => T): T {
    const charges = [{ allowance: this.#admission.allowances.buffers }];
    return this.#admission.admit({ kind: "buffer", map: this }, charges, () => open(this.#map));
  }

  /** Gives back what {@link GuestMap.admitBuffer} took from the guest's allowance. */
  giveBuffer(): void {
    this.#admission.allowances.buffers.give();
  }

  #allows(access: MapAccess): boolean {
    return this.#admission.allows({ kind: "element", map: this, access });
  }

  #ask(access: MapAccess): void {
    if (!this.isUnrestricted) this.#admission.pass({ kind: "element", map: this, access });
  }

  [Symbol.dispose](): void {
    this.#end();
    if (this.#buffer === undefined) return;
    this.#beforeClose?.();
    this.#buffer[Symbol.dispose]();
    this.#buffer = undefined;
    this.#admission.allowances.buffers.give();
  }
}
