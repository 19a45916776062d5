/**
 * Maps, and their elements.
 *
 * @module
 */

import type { BpfLink } from "./link.ts";

/**
 * A map of the kernel.
 *
 * The calls for elements take offsets into `memory`: the whole memory of a guest, or any other bytes. The caller has checked that
 * {@link keySize} or {@link elementBytes} bytes lie there. The calls return 0 or a negative errno. They do not throw or allocate.
 */
export interface KernelMap {
  readonly name: string;
  /** A value of {@link MapType}. */
  readonly type: number;
  /** The size of a key in bytes; 0 for queues, stacks and bloom filters. */
  readonly keySize: number;
  /** The declared size of a value in bytes. */
  readonly valueSize: number;
  /** The number of bytes that a call copies for an element: `round_up(valueSize, 8) * possibleCpus` for per-CPU maps. */
  readonly elementBytes: number;
  readonly maxEntries: number;
  /** The BPF_F_* flags with which it is created. */
  readonly flags: number;
  /** The kernel's descriptor. @throws {BpfError} ENOENT when the map is not in the kernel. */
  readonly fd: number;

  lookup(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number;
  update(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number;
  delete(memory: Uint8Array<ArrayBuffer>, key: number, flags: number): number;
  /** Writes the key after `key`, or the first key for undefined, at `nextKey`. */
  nextKey(memory: Uint8Array<ArrayBuffer>, key: number | undefined, nextKey: number): number;
  lookupAndDelete(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number;

  /**
   * The calls for batches (Linux 5.6): many elements in one system call.
   *
   * @returns 0 or a negative errno; -ENOENT when a lookup reached the end. The call writes the number of copied elements at `count`.
   */
  lookupBatch(memory: Uint8Array<ArrayBuffer>, batch: BatchWalk, flags?: BatchFlags): number;
  lookupAndDeleteBatch(memory: Uint8Array<ArrayBuffer>, batch: BatchWalk, flags?: BatchFlags): number;
  updateBatch(memory: Uint8Array<ArrayBuffer>, batch: Batch, flags?: BatchFlags): number;
  deleteBatch(memory: Uint8Array<ArrayBuffer>, batch: Omit<Batch, "values">, flags?: BatchFlags): number;
}

/** `struct bpf_map` of an object. Lives as long as its object. */
export interface BpfMap extends KernelMap {
  /** True if loading the object creates it. */
  readonly autocreate: boolean;
  /** A copy of the initial bytes of a map of global variables; undefined for other maps. */
  initialValue(): Uint8Array<ArrayBuffer> | undefined;
  /** Sets the initial bytes before `load`. @throws {BpfError} EBUSY after it; EINVAL for another size or map. */
  setInitialValue(value: Uint8Array<ArrayBuffer>): void;
  /** Sets the number of entries before `load`; the bytes of a ring buffer. @throws {BpfError} EBUSY after it. */
  setMaxEntries(count: number): void;

  /** Attaches a struct_ops map. @throws {BpfError} */
  attachStructOps(): BpfLink;
}

/** A map that a descriptor of the caller names. */
export interface DescribedMap extends KernelMap {
  /** Makes all calls fail with EBADF: the caller closes the descriptor, whose number may then belong to another map. */
  end(): void;
}

/** The elements of a batch, as offsets into the memory that the call gets. */
export interface Batch {
  /** `keySize` bytes for each element. */
  readonly keys: number;
  /** `elementBytes` bytes for each element. */
  readonly values: number;
  /** A u32: the number of elements that fit; after the call, the number of copied elements. */
  readonly count: number;
}

/** A batch of a walk through the map. */
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
