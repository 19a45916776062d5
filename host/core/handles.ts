/**
 * Handles: the numbers that a guest holds instead of what they stand for.
 *
 * @module
 */

declare const objectHandleBrand: unique symbol;

/** A guest's number for an object: from 1, never used twice, and not an address. */
export type ObjectHandle = bigint & { readonly [objectHandleBrand]: true };

/** An `i64` from the guest as a handle: any number may come. */
export function objectHandle(value: bigint): ObjectHandle {
  // The brand's only constructor.
  return value as ObjectHandle;
}

/** Values by handle. */
export class HandleTable<T> {
  readonly #values = new Map<bigint, T>();
  #last = 0n;

  add(value: T): ObjectHandle {
    this.#values.set(++this.#last, value);
    return objectHandle(this.#last);
  }

  find(handle: ObjectHandle): T | undefined {
    return this.#values.get(handle);
  }

  /** Takes the value out; undefined when the handle names none. */
  remove(handle: ObjectHandle): T | undefined {
    const value = this.#values.get(handle);
    this.#values.delete(handle);
    return value;
  }

  /** Takes all values out, newest first. */
  drain(): T[] {
    const values = [...this.#values.values()].reverse();
    this.#values.clear();
    return values;
  }
}
