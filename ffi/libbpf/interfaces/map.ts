/**
 * Maps, and their elements.
 *
 * @module
 */

import type { BpfLink } from "./link.ts";

/**
 * `struct bpf_map` of a loaded object. Lives as long as its object.
 *
 * The element calls take offsets into `memory`, a guest's whole memory or any other bytes. They do not check them: the caller has
 * checked that {@link keySize} or {@link elementBytes} bytes lie there. They return 0 or a negative errno, and never throw or
 * allocate.
 */
export interface BpfMap {
  readonly name: string;
  /** A value of {@link MapType}. */
  readonly type: number;
  /** Bytes. 0 for queues, stacks and bloom filters. */
  readonly keySize: number;
  /** Bytes of one value as declared. */
  readonly valueSize: number;
  /** Bytes that one element moves: for per-CPU maps `round_up(valueSize, 8) * possibleCpus`. */
  readonly elementBytes: number;
  readonly maxEntries: number;
  /** BPF_F_* flags of its creation. */
  readonly flags: number;
  /** The kernel's descriptor. @throws {BpfError} ENOENT when the map is not in the kernel. */
  readonly fd: number;

  lookup(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number;
  update(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number;
  delete(memory: Uint8Array<ArrayBuffer>, key: number, flags: number): number;
  /** @param key undefined asks for the first key. */
  nextKey(memory: Uint8Array<ArrayBuffer>, key: number | undefined, nextKey: number): number;
  lookupAndDelete(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number;

  /**
   * The batch calls (Linux 5.6): many elements in one system call.
   *
   * @returns 0 or a negative errno; -ENOENT when a lookup reached the end. How many elements were moved is at `count`.
   */
  lookupBatch(memory: Uint8Array<ArrayBuffer>, batch: BatchWalk, flags?: BatchFlags): number;
  lookupAndDeleteBatch(memory: Uint8Array<ArrayBuffer>, batch: BatchWalk, flags?: BatchFlags): number;
  updateBatch(memory: Uint8Array<ArrayBuffer>, batch: Batch, flags?: BatchFlags): number;
  deleteBatch(memory: Uint8Array<ArrayBuffer>, batch: Omit<Batch, "values">, flags?: BatchFlags): number;

  /** A copy of the initial bytes of a map of global variables; undefined for other maps. */
  initialValue(): Uint8Array<ArrayBuffer> | undefined;
  /** Sets the initial bytes before `load`. @throws {BpfError} EBUSY after it; EINVAL for another size or map. */
  setInitialValue(value: Uint8Array<ArrayBuffer>): void;

  /** Attaches a struct_ops map. @throws {BpfError} */
  attachStructOps(): BpfLink;
}

/** The places of a batch's elements: offsets into the memory that the call gets. */
export interface Batch {
  /** `keySize` bytes for each element. */
  readonly keys: number;
  /** `elementBytes` bytes for each element. */
  readonly values: number;
  /** A u32: how many elements there is room for; afterwards, how many were moved. */
  readonly count: number;
}

/** A batch that walks the map: where the last one stopped, and where this one is to note its stop. */
export interface BatchWalk extends Batch {
  /** The position that the last batch wrote at `outBatch`: `keySize` bytes, at least 4. By default the start. */
  readonly inBatch?: number;
  readonly outBatch: number;
}

/** `struct bpf_map_batch_opts`. */
export interface BatchFlags {
  /** BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK for each element. */
  readonly elementFlags?: number;
  readonly flags?: number;
}
