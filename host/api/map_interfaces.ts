/**
 * The interfaces of maps for TypeScript programs, which `map.ts` and `batch.ts` implement.
 *
 * @module
 */

import type { BpfLink } from "../../ffi/mod.ts";

/**
 * `struct bpf_map`. Lives as long as its object.
 *
 * Keys and values are bytes in the kernel's layout. They are copied: arguments are not kept, and results never change later.
 * A call throws a RangeError when a key does not have {@link keySize} bytes or a value does not have {@link elementBytes}. It throws
 * a {@link BpfError} when the kernel refuses it, and a TypeError when the object is closed. The calls for elements need a loaded
 * object and CAP_BPF.
 *
 * Queues and stacks have keys of 0 bytes: `update` pushes, `lookup` peeks, `lookupAndDelete` pops.
 *
 * @see https://github.com/libbpf/libbpf/blob/v1.5.0/src/libbpf.h#L1127 libbpf's calls
 *
 * @example
 * ```ts
 * import type { BpfMap } from "@wasm-bpf/wasm-bpf";
 *
 * // Adds up a map of u32 keys and u64 values.
 * function total(map: BpfMap): bigint {
 *   let sum = 0n;
 *   for (const [, value] of map.entries()) sum += new DataView(value.buffer).getBigUint64(0, true);
 *   return sum;
 * }
 * ```
 */
export interface BpfMap {
  /** The map's name. Names of maps of global variables begin with the object's name. */
  readonly name: string;
  /** A value of {@link MapType}. */
  readonly type: number;
  /** The size of a key in bytes; 0 for queues, stacks and bloom filters. */
  readonly keySize: number;
  /** The declared size of a value in bytes. */
  readonly valueSize: number;
  /** The size of an element in bytes: `round_up(valueSize, 8) * possibleCpus` for per-CPU maps, else {@link valueSize}. */
  readonly elementBytes: number;
  /** The maximum number of elements. For some maps, libbpf sets it in `load`. */
  readonly maxEntries: number;
  /** The BPF_F_* flags with which it is created. */
  readonly flags: number;
  /** The map's descriptor. @throws {BpfError} ENOENT when the map is not in the kernel, as before `load`. */
  readonly fd: number;

  /**
   * The value of `key`, {@link elementBytes} bytes; undefined when the map lacks the key.
   *
   * @param flags 0 or BPF_F_LOCK ({@link UpdateFlag}.LOCK).
   */
  lookup(key: Uint8Array, flags?: number): Uint8Array<ArrayBuffer> | undefined;

  /**
   * Sets the value of `key`.
   *
   * @param flags a value of {@link UpdateFlag}.
   * @throws {BpfError} EEXIST or ENOENT by the flags; E2BIG when the map is full.
   */
  update(key: Uint8Array, value: Uint8Array, flags?: number): void;

  /** Deletes the element of `key`. @returns false when the map lacks the key. @throws {BpfError} EINVAL for arrays. */
  delete(key: Uint8Array): boolean;

  /** Deletes the element of `key` and returns its value (Linux 5.14 for hashes); undefined when the map lacks the key. */
  lookupAndDelete(key: Uint8Array, flags?: number): Uint8Array<ArrayBuffer> | undefined;

  /** The key after `key`, or the first key; undefined after the last. If `key` was deleted, the kernel returns the first key. */
  nextKey(key?: Uint8Array): Uint8Array<ArrayBuffer> | undefined;

  /**
   * Walks the keys. The loop may delete the current key.
   *
   * @throws {BpfError} EAGAIN after more keys than the map can hold. Other programs then delete keys so fast that the walk does not
   * end.
   */
  keys(): IterableIterator<Uint8Array<ArrayBuffer>>;

  /** Walks keys and values. Elements that are deleted meanwhile are skipped. @throws {BpfError} as {@link keys}. */
  entries(): IterableIterator<[key: Uint8Array<ArrayBuffer>, value: Uint8Array<ArrayBuffer>]>;

  /** A new position at the start of the map, for batches. */
  batchCursor(): BatchCursor;

  /**
   * Reads up to as many elements as the buffers hold, in one system call (Linux 5.6).
   *
   * @returns the number of elements read. `options.cursor` moves to the next batch, and its `done` is true at the end.
   * @throws {BpfError} ENOSPC when the buffers are too small for a bucket of a hash; EOPNOTSUPP for maps without batches.
   */
  lookupBatch(buffers: BatchBuffers, options?: BatchWalkOptions): number;

  /** As {@link lookupBatch}, and deletes the elements read. */
  lookupAndDeleteBatch(buffers: BatchBuffers, options?: BatchWalkOptions): number;

  /** Updates all elements of the buffers (Linux 5.6). @throws {BpfError} with the number of elements updated before the refused one. */
  updateBatch(buffers: BatchBuffers, options?: BatchOptions): void;

  /** Deletes all keys (Linux 5.6). @throws {BpfError} with the number of keys deleted before the refused one. */
  deleteBatch(keys: Uint8Array, options?: BatchOptions): void;

  /**
   * The initial bytes of a map of global variables (".rodata", ".data", ".bss"), or its bytes once loaded; undefined for other
   * maps.
   */
  initialValue(): Uint8Array<ArrayBuffer> | undefined;

  /**
   * Sets the initial bytes of a map of global variables, such as the constants of ".rodata" for the verifier. Only before `load`.
   *
   * @throws {RangeError} when `value` does not have {@link valueSize} bytes.
   * @throws {BpfError} EBUSY after `load`; EINVAL for other maps.
   * @see https://github.com/libbpf/libbpf/blob/v1.5.0/src/libbpf.h#L1058 bpf_map__set_initial_value
   */
  setInitialValue(value: Uint8Array): void;

  /**
   * Attaches a struct_ops map. The caller disposes the link.
   *
   * @throws {BpfError} EINVAL for other maps; the kernel's errno.
   * @see https://github.com/libbpf/libbpf/blob/v1.5.0/src/libbpf.h#L865 bpf_map__attach_struct_ops
   */
  attachStructOps(): BpfLink;
}

/**
 * The elements of a batch, one after another. The length of `keys` determines their number.
 *
 * @example
 * ```ts
 * import type { BatchBuffers, BpfMap } from "@wasm-bpf/wasm-bpf";
 *
 * function room(map: BpfMap, elements: number): BatchBuffers {
 *   return { keys: new Uint8Array(elements * map.keySize), values: new Uint8Array(elements * map.elementBytes) };
 * }
 * ```
 */
export interface BatchBuffers {
  /** A multiple of `keySize` bytes. */
  readonly keys: Uint8Array;
  /** `elementBytes` bytes for each key. */
  readonly values: Uint8Array;
}

/**
 * `struct bpf_map_batch_opts`.
 *
 * @see https://github.com/libbpf/libbpf/blob/v1.5.0/src/bpf.h#L163
 *
 * @example
 * ```ts
 * import { type BatchBuffers, type BpfMap, UpdateFlag } from "@wasm-bpf/wasm-bpf";
 *
 * const replaceAll = (map: BpfMap, buffers: BatchBuffers) => map.updateBatch(buffers, { elementFlags: UpdateFlag.EXIST });
 * ```
 */
export interface BatchOptions {
  /** The flags of each element: a value of {@link UpdateFlag}. */
  readonly elementFlags?: number;
  /** The flags of the batch. The kernel does not define any yet. */
  readonly flags?: number;
}

/**
 * Options of batches that read.
 *
 * @example
 * ```ts
 * import type { BatchBuffers, BpfMap } from "@wasm-bpf/wasm-bpf";
 *
 * function* batches(map: BpfMap, buffers: BatchBuffers): Generator<number> {
 *   const cursor = map.batchCursor();
 *   while (!cursor.done) yield map.lookupBatch(buffers, { cursor });
 * }
 * ```
 */
export interface BatchWalkOptions extends BatchOptions {
  /** The position to start at, which moves to the next batch. By default the start of the map. */
  readonly cursor?: BatchCursor;
}

/**
 * A position in a map, between batches. It is valid only for the map that created it.
 *
 * @example
 * ```ts
 * import type { BatchBuffers, BpfMap } from "@wasm-bpf/wasm-bpf";
 *
 * // Empties a hash, and counts its elements.
 * function drain(map: BpfMap, buffers: BatchBuffers): number {
 *   const cursor = map.batchCursor();
 *   let count = 0;
 *   while (!cursor.done) count += map.lookupAndDeleteBatch(buffers, { cursor });
 *   return count;
 * }
 * ```
 */
export interface BatchCursor {
  /** True at the end of the map. */
  readonly done: boolean;
}

/**
 * Flags of an update.
 *
 * @see https://github.com/libbpf/libbpf/blob/v1.5.0/include/uapi/linux/bpf.h#L1353 BPF_ANY and the others
 *
 * @example
 * ```ts
 * import { type BpfMap, UpdateFlag } from "@wasm-bpf/wasm-bpf";
 *
 * const add = (map: BpfMap, key: Uint8Array, value: Uint8Array) => map.update(key, value, UpdateFlag.NOEXIST);
 * ```
 */
export const UpdateFlag = {
  /** Creates or replaces the element. */
  ANY: 0,
  /** Creates the element; EEXIST when the key exists. */
  NOEXIST: 1,
  /** Replaces the element; ENOENT when the key does not exist. */
  EXIST: 2,
  /** Holds the spin lock in the value during the update. */
  LOCK: 4,
} as const;
