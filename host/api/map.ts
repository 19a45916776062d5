/**
 * Maps for TypeScript programs. Every length is checked, and the kernel works on private buffers.
 *
 * @module
 */

import { BpfError, describeOperation, LINUX_ERRNO } from "../../errors/mod.ts";
import type * as ffi from "../../ffi/mod.ts";
import { BatchMap, deleteBatch, MapCursor, updateBatch, walkBatch } from "./batch.ts";
import type { BatchBuffers, BatchCursor, BatchOptions, BatchWalkOptions, BpfMap } from "./map_interfaces.ts";
import { ACTION, type MapAction, operationOn } from "./map_action.ts";

/** The object that a map belongs to. */
export interface Owner {
  readonly name: string;
  readonly closed: boolean;
}

/** See {@link BpfMap}. */
export class ObjectMap implements BpfMap {
  readonly #raw: ffi.BpfMap;
  readonly #owner: Owner;
  readonly #batches: BatchMap;
  #element = new Uint8Array(0);

  constructor(raw: ffi.BpfMap, owner: Owner) {
    this.#raw = raw;
    this.#batches = new BatchMap(raw);
    this.#owner = owner;
  }

  get name(): string {
    return this.#raw.name;
  }

  get type(): number {
    return this.#raw.type;
  }

  get keySize(): number {
    return this.#raw.keySize;
  }

  get valueSize(): number {
    return this.#raw.valueSize;
  }

  get elementBytes(): number {
    return this.#raw.elementBytes;
  }

  get maxEntries(): number {
    return this.#raw.maxEntries;
  }

  get flags(): number {
    return this.#raw.flags;
  }

  get fd(): number {
    this.#checkOpen(ACTION.USE);
    return this.#raw.fd;
  }

  lookup(key: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> | undefined {
    const element = this.#begin(ACTION.LOOKUP, key, flags);
    return this.#found(ACTION.LOOKUP, element, this.#raw.lookup(element, 0, this.keySize, flags));
  }

  lookupAndDelete(key: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> | undefined {
    const element = this.#begin(ACTION.TAKE, key, flags);
    return this.#found(ACTION.TAKE, element, this.#raw.lookupAndDelete(element, 0, this.keySize, flags));
  }

  update(key: Uint8Array, value: Uint8Array, flags = 0): void {
    this.#checkLength(ACTION.UPDATE, "value", value, this.elementBytes);
    const element = this.#begin(ACTION.UPDATE, key, flags);
    element.set(value.subarray(0, this.elementBytes), this.keySize);
    this.#check(ACTION.UPDATE, this.#raw.update(element, 0, this.keySize, flags));
  }

  delete(key: Uint8Array): boolean {
    const element = this.#begin(ACTION.DELETE, key, 0);
    const result = this.#raw.delete(element, 0, 0);
    if (result === -LINUX_ERRNO.ENOENT) return false;
    this.#check(ACTION.DELETE, result);
    return true;
  }

  nextKey(key?: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    // The next key takes the place of a value, which may be shorter than a key, so it needs its own buffer.
    const { keySize } = this;
    const element = new Uint8Array(2 * keySize);
    if (key === undefined) this.#checkOpen(ACTION.NEXT_KEY);
    else element.set(this.#begin(ACTION.NEXT_KEY, key, 0).subarray(0, keySize));
    const result = this.#raw.nextKey(element, key === undefined ? undefined : 0, keySize);
    if (result === -LINUX_ERRNO.ENOENT) return undefined;
    this.#check(ACTION.NEXT_KEY, result);
    return element.slice(keySize);
  }

  *keys(): Generator<Uint8Array<ArrayBuffer>, undefined> {
    let key = this.nextKey();
    for (let count = 0; key !== undefined; count++) {
      if (count === this.maxEntries) {
        throw new BpfError(operationOn(this.name, ACTION.WALK), LINUX_ERRNO.EAGAIN, {
          reason: `the walk did not end after ${this.maxEntries} keys: other programs delete keys meanwhile`,
        });
      }
      // The next key is read before the caller can delete this one, because the kernel would then start again.
      const next = this.nextKey(key);
      yield key;
      key = next;
    }
    return undefined;
  }

  *entries(): Generator<[Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>], undefined> {
    for (const key of this.keys()) {
      const value = this.lookup(key);
      if (value !== undefined) yield [key, value];
    }
    return undefined;
  }

  batchCursor(): BatchCursor {
    return new MapCursor(this.#raw);
  }

  lookupBatch(buffers: BatchBuffers, options: BatchWalkOptions = {}): number {
    this.#checkOpen(ACTION.LOOKUP_BATCH);
    const call = (...[memory, batch, flags]: Parameters<ffi.BpfMap["lookupBatch"]>) =>
      this.#raw.lookupBatch(memory, batch, flags);
    return walkBatch(this.#batches, ACTION.LOOKUP_BATCH, call, { ...buffers, ...options });
  }

  lookupAndDeleteBatch(buffers: BatchBuffers, options: BatchWalkOptions = {}): number {
    this.#checkOpen(ACTION.TAKE_BATCH);
    const call = (...[memory, batch, flags]: Parameters<ffi.BpfMap["lookupAndDeleteBatch"]>) =>
      this.#raw.lookupAndDeleteBatch(memory, batch, flags);
    return walkBatch(this.#batches, ACTION.TAKE_BATCH, call, { ...buffers, ...options });
  }

  updateBatch(buffers: BatchBuffers, options: BatchOptions = {}): void {
    this.#checkOpen(ACTION.UPDATE_BATCH);
    updateBatch(this.#batches, { ...buffers, ...options });
  }

  deleteBatch(keys: Uint8Array, options: BatchOptions = {}): void {
    this.#checkOpen(ACTION.DELETE_BATCH);
    deleteBatch(this.#batches, { keys, ...options });
  }

  initialValue(): Uint8Array<ArrayBuffer> | undefined {
    this.#checkOpen(ACTION.READ_INITIAL_VALUE);
    return this.#raw.initialValue();
  }

  setInitialValue(value: Uint8Array): void {
    this.#checkOpen(ACTION.SET_INITIAL_VALUE);
    this.#checkLength(ACTION.SET_INITIAL_VALUE, "value", value, this.valueSize);
    this.#raw.setInitialValue(new Uint8Array(value));
  }

  attachStructOps(): ffi.BpfLink {
    this.#checkOpen(ACTION.ATTACH);
    return this.#raw.attachStructOps();
  }

  /** The buffer for a key and a value, with `key` copied in. All calls can share it, since none of them calls back. */
  #begin(action: MapAction, key: Uint8Array, flags: number): Uint8Array<ArrayBuffer> {
    this.#checkOpen(action);
    this.#checkLength(action, "key", key, this.keySize);
    this.#checkFlags(action, flags);
    const size = this.keySize + this.elementBytes;
    if (this.#element.length !== size) this.#element = new Uint8Array(size);
    // Only the checked length is copied, because a view of shared memory may have grown since the check.
    this.#element.set(key.subarray(0, this.keySize));
    return this.#element;
  }

  #found(action: MapAction, element: Uint8Array<ArrayBuffer>, result: number): Uint8Array<ArrayBuffer> | undefined {
    if (result === -LINUX_ERRNO.ENOENT) return undefined;
    this.#check(action, result);
    return element.slice(this.keySize);
  }

  /** @throws {TypeError} when the object is closed. */
  #checkOpen(action: MapAction): void {
    if (this.#owner.closed) throw new TypeError(`${this.#describe(action)}: object "${this.#owner.name}" is closed`);
  }

  /** @throws {BpfError} when `result` is a negative errno. */
  #check(action: MapAction, result: number): void {
    if (result < 0) throw new BpfError(operationOn(this.name, action), result);
  }

  /** @throws {RangeError} when `bytes` have another length. */
  #checkLength(action: MapAction, what: string, bytes: Uint8Array, length: number): void {
    if (bytes.length === length) return;
    throw new RangeError(`${this.#describe(action)}: the ${what} has ${bytes.length} bytes, not ${length}`);
  }

  /** @throws {RangeError} when `flags` is not an unsigned 32-bit number, as the kernel's flags are. */
  #checkFlags(action: MapAction, flags: number): void {
    if (flags === flags >>> 0) return;
    throw new RangeError(`${this.#describe(action)}: flags ${flags} are not an unsigned 32-bit number`);
  }

  #describe(action: MapAction): string {
    return describeOperation(operationOn(this.name, action));
  }
}
