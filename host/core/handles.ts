/**
 * Handles: the numbers by which a guest names things that the host keeps for it.
 *
 * @module
 */

declare const handleBrand: unique symbol;

/** The kinds of things that have handles. */
export type HandleKind = "object";

/** A guest's number for a thing of one kind: counted from 1, never used twice, and not an address. */
export type Handle<K extends HandleKind> = bigint & { readonly [handleBrand]: K };

/** A guest's number for an object. */
export type ObjectHandle = Handle<"object">;

/** Takes an `i64` of the guest as a handle. It may be any number; {@link HandleTable.find} checks it. */
export function objectHandle(value: bigint): ObjectHandle {
  return handle("object", value);
}

function handle<K extends HandleKind>(_kind: K, value: bigint): Handle<K> {
  // The brand's only constructor.
  return value as Handle<K>;
}

/** Values of one kind by handle. */
export class HandleTable<K extends HandleKind, T> {
  readonly #kind: K;
  readonly #values = new Map<bigint, T>();
  #last = 0n;

  constructor(kind: K) {
    this.#kind = kind;
  }

  /** Adds a value. @returns its handle. */
  add(value: T): Handle<K> {
    this.#values.set(++this.#last, value);
    return handle(this.#kind, this.#last);
  }

  /** Returns the value, or undefined if the handle names none. */
  find(handle: Handle<K>): T | undefined {
    return this.#values.get(handle);
  }

  /** Removes the value and returns it; undefined if the handle names none. */
  remove(handle: Handle<K>): T | undefined {
    const value = this.#values.get(handle);
    this.#values.delete(handle);
    return value;
  }

  /** Removes all values and returns them, newest first. */
  drain(): T[] {
    const values = [...this.#values.values()].reverse();
    this.#values.clear();
    return values;
  }
}
