/**
 * Handles: the numbers by which a guest names things that the host keeps for it.
 *
 * All kinds share one series of numbers, counted from 1. So a handle of one kind is never valid for another, none is used twice, and
 * none is an address. 0 stands for NULL.
 *
 * @module
 */

/** A kind of handles, for things of type `T`. Each import module defines those that it needs, once. */
export class HandleKind<T> {
  /** The name of the struct that the handle stands for: "bpf_map". */
  readonly name: string;
  readonly #tables = new WeakMap<Handles, HandleTable<T>>();

  constructor(name: string) {
    this.name = name;
  }

  /** The things of this kind that one guest has. */
  of(handles: Handles): HandleTable<T> {
    const known = this.#tables.get(handles);
    if (known !== undefined) return known;
    const table = new HandleTable<T>(handles);
    this.#tables.set(handles, table);
    return table;
  }
}

/** The series of numbers of one guest. */
export class Handles {
  #last = 0;

  /** A number that was never used. */
  next(): number {
    return ++this.#last;
  }
}

/** The things of one kind that a guest has handles for. */
export class HandleTable<T> {
  readonly #handles: Handles;
  readonly #values = new Map<number, T>();

  constructor(handles: Handles) {
    this.#handles = handles;
  }

  /** Adds a value. @returns its handle. */
  add(value: T): number {
    const handle = this.#handles.next();
    this.#values.set(handle, value);
    return handle;
  }

  /** Returns the value, or undefined if `handle` names none. It may be any number or BigInt of the guest. */
  find(handle: number | bigint): T | undefined {
    return this.#values.get(Number(handle));
  }

  /** Removes the value and returns it; undefined if `handle` names none. */
  remove(handle: number | bigint): T | undefined {
    const number = Number(handle);
    const value = this.#values.get(number);
    this.#values.delete(number);
    return value;
  }

  /** All values, oldest first. */
  values(): T[] {
    return [...this.#values.values()];
  }

  /** Removes all values and returns them, newest first. */
  drain(): T[] {
    const values = [...this.#values.values()].reverse();
    this.#values.clear();
    return values;
  }
}
