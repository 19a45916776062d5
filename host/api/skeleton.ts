/**
 * Objects whose maps and variables have types. Code of `wasm-bpf gen skeleton --lang typescript` builds on these classes.
 *
 * @module
 */

import { BpfError } from "../../errors/mod.ts";
import type { BpfLink, BpfProgram } from "../../ffi/mod.ts";
import { type Codec, decode, encode, u32 } from "./codecs.ts";
import type { BpfMap } from "./map_interfaces.ts";
import type { BpfObject, Libbpf } from "./object_interfaces.ts";

/**
 * A map with keys and values of types. Calls throw as those of {@link BpfMap} do, and a RangeError for a value that a type cannot hold.
 *
 * @example
 * ```ts
 * import { type BpfMap, codecs, TypedMap } from "@wasm-bpf/wasm-bpf";
 *
 * function total(map: BpfMap): bigint {
 *   let sum = 0n;
 *   for (const [, count] of new TypedMap(map, { key: codecs.u32, value: codecs.u64 })) sum += count;
 *   return sum;
 * }
 * ```
 */
export class TypedMap<K, V> implements Iterable<[key: K, value: V]> {
  /** The map with its bytes. */
  readonly map: BpfMap;
  readonly #key: Codec<K>;
  readonly #value: Codec<V>;

  /** Joins a map and codecs. @throws {RangeError} when they do not have the map's sizes: `keySize`, and `elementBytes` for values. */
  constructor(map: BpfMap, { key, value }: { key: Codec<K>; value: Codec<V> }) {
    if (key.sizeBytes !== map.keySize || value.sizeBytes !== map.elementBytes) {
      throw new RangeError(
        `Cannot use map "${map.name}": its keys and values have ${map.keySize} and ${map.elementBytes} bytes, ` +
          `not ${key.sizeBytes} and ${value.sizeBytes}`,
      );
    }
    this.map = map;
    this.#key = key;
    this.#value = value;
  }

  /** See {@link BpfMap.lookup}. */
  lookup(key: K, flags = 0): V | undefined {
    return this.#valueOf(this.map.lookup(encode(this.#key, key), flags));
  }

  /** See {@link BpfMap.lookupAndDelete}. */
  lookupAndDelete(key: K, flags = 0): V | undefined {
    return this.#valueOf(this.map.lookupAndDelete(encode(this.#key, key), flags));
  }

  /** See {@link BpfMap.update}. */
  update(key: K, value: V, flags = 0): void {
    this.map.update(encode(this.#key, key), encode(this.#value, value), flags);
  }

  /** See {@link BpfMap.delete}. */
  delete(key: K): boolean {
    return this.map.delete(encode(this.#key, key));
  }

  /** See {@link BpfMap.keys}. */
  *keys(): Generator<K, undefined> {
    for (const key of this.map.keys()) yield decode(this.#key, key);
  }

  /** See {@link BpfMap.entries}. */
  *[Symbol.iterator](): Generator<[key: K, value: V], undefined> {
    for (const [key, value] of this.map.entries()) yield [decode(this.#key, key), decode(this.#value, value)];
  }

  #valueOf(bytes: Uint8Array | undefined): V | undefined {
    return bytes === undefined ? undefined : decode(this.#value, bytes);
  }
}

/**
 * The global variables of a section, which are the value of a map.
 *
 * @example
 * ```ts
 * import { type BpfMap, type Codec, Variables } from "@wasm-bpf/wasm-bpf";
 *
 * function setAll<T>(map: BpfMap, { codec, value }: { codec: Codec<T>; value: T }): T {
 *   const variables = new Variables(map, codec);
 *   variables.set(value);
 *   return variables.get();
 * }
 * ```
 */
export class Variables<T> {
  /** The map with its bytes. */
  readonly map: BpfMap;
  readonly #codec: Codec<T>;

  /** Joins a map and a codec. @throws {RangeError} when it does not have the size of the map's value. */
  constructor(map: BpfMap, codec: Codec<T>) {
    if (codec.sizeBytes !== map.valueSize) {
      throw new RangeError(
        `Cannot use variables of map "${map.name}": they have ${map.valueSize} bytes, not ${codec.sizeBytes}`,
      );
    }
    this.map = map;
    this.#codec = codec;
  }

  /** The variables now: before load their initial values, later those of the BPF programs. */
  get(): T {
    const bytes = this.map.initialValue();
    if (bytes === undefined) throw new TypeError(`Cannot read variables of map "${this.map.name}": it has none`);
    return decode(this.#codec, bytes);
  }

  /**
   * Sets some of the variables, such as the constants of ".rodata" before load.
   *
   * After load it writes the whole section with the values that it read before. A change of another variable that a BPF program makes
   * meanwhile is lost.
   *
   * @throws {BpfError} EPERM for ".rodata" and ".kconfig" after load.
   */
  set(change: Partial<T>): void {
    const bytes = encode(this.#codec, { ...this.get(), ...change });
    try {
      this.map.setInitialValue(bytes);
    } catch (error) {
      if (!(error instanceof BpfError) || error.code !== "EBUSY") throw error;
      this.map.update(encode(u32, 0), bytes);
    }
  }
}

/**
 * An object with its file: the base of generated classes, which add its maps, programs and variables by name. Disposal detaches its
 * programs and closes it.
 *
 * @example
 * ```ts
 * import { openLibbpf, Skeleton } from "@wasm-bpf/wasm-bpf";
 *
 * using libbpf = openLibbpf();
 * const bytes = Deno.readFileSync("examples/bootstrap/bootstrap.bpf.o");
 * using skeleton = new Skeleton(libbpf, { bytes, name: "bootstrap" });
 * skeleton.load();
 * skeleton.attach();
 * console.log(skeleton.links.map(({ description }) => description));
 * ```
 */
export class Skeleton implements Disposable {
  /** The object, for what has no name here. */
  readonly object: BpfObject;
  /** The links of {@link attach}. The object owns them. */
  readonly links: BpfLink[] = [];

  /** Opens the object. @param file its bytes, or the same in Base64. @throws {BpfError} as {@link Libbpf.openObject}. */
  constructor(libbpf: Libbpf, file: { bytes: Uint8Array | string; name: string }) {
    const { bytes, name } = file;
    const object = typeof bytes === "string" ? Uint8Array.from(atob(bytes), (char) => char.charCodeAt(0)) : bytes;
    this.object = libbpf.openObject(object, { name });
  }

  /** Loads the object into the kernel, with the variables as they are now. @throws {BpfError} as {@link BpfObject.load}. */
  load(): void {
    this.object.load();
  }

  /**
   * Attaches all programs whose section says where. Sections that begin with `?` are left out.
   *
   * @throws {BpfError} when the kernel refuses one. Those attached before stay so.
   */
  attach(): void {
    for (const program of this.object.programs()) {
      if (!program.autoload) continue;
      try {
        this.links.push(program.attach());
      } catch (error) {
        const namesNoTarget = error instanceof BpfError && error.code === "EOPNOTSUPP" && error.log.length === 0;
        if (!namesNoTarget) throw error;
      }
    }
  }

  /** The map of this name. @throws {TypeError} when it does not exist. */
  protected map(name: string): BpfMap {
    const map = this.object.findMap(name);
    if (map === undefined) throw new TypeError(`Cannot find map "${name}": the object has none`);
    return map;
  }

  /** The program of this name. @throws {TypeError} when it does not exist. */
  protected program(name: string): BpfProgram {
    const program = this.object.findProgram(name);
    if (program === undefined) throw new TypeError(`Cannot find program "${name}": the object has none`);
    return program;
  }

  /** Detaches the programs and closes the object. */
  [Symbol.dispose](): void {
    this.object[Symbol.dispose]();
  }
}
