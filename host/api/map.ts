/**
 * Maps for TypeScript programs. Every length is checked, and the kernel works on private buffers.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import type * as ffi from "../../ffi/mod.ts";
import { BatchMap, deleteBatch, MapCursor, updateBatch, walkBatch } from "./batch.ts";
import type { BatchBuffers, BatchCursor, BatchOptions, BatchWalkOptions, BpfMap } from "./interfaces.ts";

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
    this.#alive("use");
    return this.#raw.fd;
  }

  lookup(key: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> | undefined {
    const element = this.#begin("look up a key in", key, flags);
    return this.#found("look up a key in", element, this.#raw.lookup(element, 0, this.keySize, flags));
  }

  lookupAndDelete(key: Uint8Array, flags = 0): Uint8Array<ArrayBuffer> | undefined {
    const element = this.#begin("take a key out of", key, flags);
    return this.#found("take a key out of", element, this.#raw.lookupAndDelete(element, 0, this.keySize, flags));
  }

  update(key: Uint8Array, value: Uint8Array, flags = 0): void {
    const operation = this.#operation("update");
    checkLength(operation, "value", value, this.elementBytes);
    const element = this.#begin("update", key, flags);
    element.set(value.subarray(0, this.elementBytes), this.keySize);
    check(operation, this.#raw.update(element, 0, this.keySize, flags));
  }

  delete(key: Uint8Array): boolean {
    const element = this.#begin("delete a key of", key, 0);
    const result = this.#raw.delete(element, 0, 0);
    if (result === -LINUX_ERRNO.ENOENT) return false;
    check(this.#operation("delete a key of"), result);
    return true;
  }

  nextKey(key?: Uint8Array): Uint8Array<ArrayBuffer> | undefined {
    const verb = "find the next key of";
    // The next key takes the place of a value, which may be shorter than a key, so it needs its own buffer.
    const { keySize } = this;
    const element = new Uint8Array(2 * keySize);
    if (key === undefined) this.#alive(verb);
    else element.set(this.#begin(verb, key, 0).subarray(0, keySize));
    const result = this.#raw.nextKey(element, key === undefined ? undefined : 0, keySize);
    if (result === -LINUX_ERRNO.ENOENT) return undefined;
    check(this.#operation(verb), result);
    return element.slice(keySize);
  }

  *keys(): Generator<Uint8Array<ArrayBuffer>, undefined> {
    let key = this.nextKey();
    for (let count = 0; key !== undefined; count++) {
      if (count === this.maxEntries) {
        throw new BpfError(this.#operation("walk"), LINUX_ERRNO.EAGAIN, {
          log: [`more than its ${this.maxEntries} keys came: keys are deleted while it is walked`],
        });
      }
      // The next key is read before the caller can delete this one, because the kernel would then start anew.
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
    const operation = this.#alive("look up a batch in");
    return walkBatch(this.#batches, operation, (memory, batch, flags) => this.#raw.lookupBatch(memory, batch, flags), {
      ...buffers,
      ...options,
    });
  }

  lookupAndDeleteBatch(buffers: BatchBuffers, options: BatchWalkOptions = {}): number {
    const operation = this.#alive("take a batch out of");
    const call = (...[memory, batch, flags]: Parameters<ffi.BpfMap["lookupAndDeleteBatch"]>) =>
      this.#raw.lookupAndDeleteBatch(memory, batch, flags);
    return walkBatch(this.#batches, operation, call, { ...buffers, ...options });
  }

  updateBatch(buffers: BatchBuffers, options: BatchOptions = {}): void {
    updateBatch(this.#batches, this.#alive("update a batch of"), { ...buffers, ...options });
  }

  deleteBatch(keys: Uint8Array, options: BatchOptions = {}): void {
    deleteBatch(this.#batches, this.#alive("delete a batch of"), { keys, ...options });
  }

  initialValue(): Uint8Array<ArrayBuffer> | undefined {
    this.#alive("read the initial value of");
    return this.#raw.initialValue();
  }

  setInitialValue(value: Uint8Array): void {
    const operation = this.#alive("set the initial value of");
    checkLength(operation, "value", value, this.valueSize);
    this.#raw.setInitialValue(new Uint8Array(value));
  }

  attachStructOps(): ffi.BpfLink {
    this.#alive("attach");
    return this.#raw.attachStructOps();
  }

  #operation(verb: string): string {
    return `Cannot ${verb} map "${this.name}"`;
  }

  /** @returns the operation. @throws {TypeError} when the object is closed. */
  #alive(verb: string): string {
    const operation = this.#operation(verb);
    if (this.#owner.closed) throw new TypeError(`${operation}: object "${this.#owner.name}" is closed`);
    return operation;
  }

  /** The buffer for a key and a value, with `key` copied in. All calls can share it, since none of them calls back. */
  #begin(verb: string, key: Uint8Array, flags: number): Uint8Array<ArrayBuffer> {
    const operation = this.#alive(verb);
    checkLength(operation, "key", key, this.keySize);
    checkFlags(operation, flags);
    const size = this.keySize + this.elementBytes;
    if (this.#element.length !== size) this.#element = new Uint8Array(size);
    // Only the checked length is copied, because a view of shared memory may have grown since the check.
    this.#element.set(key.subarray(0, this.keySize));
    return this.#element;
  }

  #found(verb: string, element: Uint8Array<ArrayBuffer>, result: number): Uint8Array<ArrayBuffer> | undefined {
    if (result === -LINUX_ERRNO.ENOENT) return undefined;
    check(this.#operation(verb), result);
    return element.slice(this.keySize);
  }
}

function check(operation: string, result: number): void {
  if (result < 0) throw new BpfError(operation, result);
}

function checkLength(operation: string, what: string, bytes: Uint8Array, length: number): void {
  if (bytes.length === length) return;
  throw new RangeError(`${operation}: the ${what} has ${bytes.length} bytes, not ${length}`);
}

/** @throws {RangeError} when `flags` is not an unsigned 32-bit number, as the kernel's flags are. */
function checkFlags(operation: string, flags: number): void {
  if (flags === flags >>> 0) return;
  throw new RangeError(`${operation}: flags ${flags} are not an unsigned 32-bit number`);
}
