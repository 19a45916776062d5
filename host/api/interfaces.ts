/**
 * libbpf as TypeScript programs see it: interfaces, which the other files of this folder implement on `ffi/`.
 *
 * @module
 */

import type { BpfLink, BpfProgram, LibraryOrigin, OpenObjectOptions } from "../../ffi/mod.ts";

/** libbpf, opened. Disposing closes every object that it has opened, and with them their links. */
export interface Libbpf extends Disposable {
  /** libbpf's version: "v1.5". */
  readonly version: string;
  /** The path that the library was opened by. */
  readonly path: string;
  /** The place in which the library was found. */
  readonly origin: LibraryOrigin;
  /** The number of CPUs that this machine may ever have, and so of values in one element of a per-CPU map. */
  readonly possibleCpus: number;

  /**
   * Parses an ELF object. Nothing reaches the kernel yet.
   *
   * @param bytes what `clang -target bpf` made. They are copied.
   * @throws {BpfError} EINVAL when they are damaged; with libbpf's reason when it does not take them.
   */
  openObject(bytes: Uint8Array, options?: OpenObjectOptions): BpfObject;

  /** The index of a network interface. @throws {BpfError} ENODEV when there is none of this name. */
  interfaceIndex(name: string): number;

  /** Opens a cgroup2 directory to attach to. @throws {BpfError} ENOENT; EINVAL when it is no cgroup2. */
  openCgroup(path: string): number;

  /** Opens a network namespace to attach to: "/proc/self/ns/net", "/run/netns/NAME". @throws {BpfError} ENOENT, EINVAL. */
  openNetworkNamespace(path: string): number;

  /**
   * Opens an ELF file to probe: a path, or a name that is looked for as libbpf does ("libc.so.6", "bash").
   *
   * @throws {BpfError} ENOENT; EINVAL for what is no regular file; ENOEXEC for what is no ELF file.
   */
  openBinary(name: string): number;

  /** Closes a descriptor that this library opened. @throws {TypeError} for any other. */
  closeDescriptor(fd: number): void;
}

/**
 * `struct bpf_object`. Disposing detaches its links, then closes it; its programs and maps throw a TypeError from then on.
 */
export interface BpfObject extends Disposable {
  /** The name that it was opened with. */
  readonly name: string;

  /**
   * Loads maps and programs into the kernel. Needs CAP_BPF, and CAP_PERFMON or CAP_NET_ADMIN by type of program.
   *
   * @throws {BpfError} with the verifier's or libbpf's reason.
   */
  load(): void;

  /** The program of this name; undefined when there is none. */
  findProgram(name: string): BpfProgram | undefined;

  /** The map of this name; undefined when there is none. ".rodata" and its like are found by their section too. */
  findMap(name: string): BpfMap | undefined;

  /** All programs, in the order of the file. */
  programs(): readonly BpfProgram[];

  /** All maps, those of global variables among them. They can be described before `load`, and used after it. */
  maps(): readonly BpfMap[];
}

/**
 * `struct bpf_map`. Lives as long as its object.
 *
 * Keys and values are bytes in the kernel's layout. They are copied: none is kept, and none that is returned changes later.
 * Every call that takes them throws a RangeError when a key has not {@link keySize} bytes or a value not
 * {@link elementBytes}, a {@link BpfError} when the kernel refuses, and a TypeError when the object is closed.
 *
 * Queues and stacks have keys of 0 bytes: `update` pushes, `lookup` peeks, `lookupAndDelete` pops.
 */
export interface BpfMap {
  /** The map's name; maps of global variables begin with the object's. */
  readonly name: string;
  /** A value of {@link MapType}. */
  readonly type: number;
  /** Bytes of a key. 0 for queues, stacks and bloom filters. */
  readonly keySize: number;
  /** Bytes of one value as declared. */
  readonly valueSize: number;
  /** Bytes of one element: for per-CPU maps `round_up(valueSize, 8) * possibleCpus`, else {@link valueSize}. */
  readonly elementBytes: number;
  /** The most elements that it holds; libbpf settles some maps' number in `load`. */
  readonly maxEntries: number;
  /** BPF_F_* flags of its creation. */
  readonly flags: number;
  /** The kernel's descriptor. @throws {BpfError} ENOENT when the map is not in the kernel, as before `load`. */
  readonly fd: number;

  /** The value at `key`; undefined when there is none. @param flags BPF_F_LOCK. */
  lookup(key: Uint8Array, flags?: number): Uint8Array<ArrayBuffer> | undefined;

  /** Puts `value` at `key`. @param flags a value of {@link UpdateFlag}. @throws {BpfError} EEXIST, ENOENT, E2BIG ... */
  update(key: Uint8Array, value: Uint8Array, flags?: number): void;

  /** Removes the element at `key`. @returns whether there was one. @throws {BpfError} EINVAL for arrays, whose elements stay. */
  delete(key: Uint8Array): boolean;

  /** The value at `key`, which is removed (Linux 5.14 for hashes); undefined when there is none. */
  lookupAndDelete(key: Uint8Array, flags?: number): Uint8Array<ArrayBuffer> | undefined;

  /** The key after `key`, or the first; undefined after the last. The kernel starts anew when `key` is gone. */
  nextKey(key?: Uint8Array): Uint8Array<ArrayBuffer> | undefined;

  /**
   * Walks the keys. The one that was just given may be deleted meanwhile.
   *
   * @throws {BpfError} EAGAIN after more keys than the map holds: others delete so fast that the walk does not end.
   */
  keys(): IterableIterator<Uint8Array<ArrayBuffer>>;

  /** Walks keys and values; what was deleted meanwhile is left out. @throws {BpfError} as {@link keys}. */
  entries(): IterableIterator<[key: Uint8Array<ArrayBuffer>, value: Uint8Array<ArrayBuffer>]>;

  /** A new position at the map's start, for batches. */
  batchCursor(): BatchCursor;

  /**
   * Reads as many elements as the buffers hold, in one system call (Linux 5.6).
   *
   * @returns how many elements were read. `options.cursor` says where the next batch begins, and whether there is one.
   * @throws {BpfError} ENOSPC when the buffers do not hold one bucket of a hash; EOPNOTSUPP for maps without batches.
   */
  lookupBatch(buffers: BatchBuffers, options?: BatchWalkOptions): number;

  /** As {@link lookupBatch}, and removes what was read. */
  lookupAndDeleteBatch(buffers: BatchBuffers, options?: BatchWalkOptions): number;

  /** Puts all elements of the buffers. @throws {BpfError} with how many were put before the one that was refused. */
  updateBatch(buffers: BatchBuffers, options?: BatchOptions): void;

  /** Removes all keys. @throws {BpfError} with how many were removed before the one that was refused. */
  deleteBatch(keys: Uint8Array, options?: BatchOptions): void;

  /**
   * The bytes that a map of global variables begins with (".rodata", ".data", ".bss"), or holds once loaded; undefined for
   * other maps.
   */
  initialValue(): Uint8Array<ArrayBuffer> | undefined;

  /**
   * Sets the bytes that a map of global variables begins with: constants for the verifier in ".rodata". Only before `load`.
   *
   * @throws {RangeError} when `value` has not {@link valueSize} bytes.
   * @throws {BpfError} EBUSY after `load`; EINVAL for other maps.
   */
  setInitialValue(value: Uint8Array): void;

  /** Attaches a struct_ops map. @throws {BpfError} */
  attachStructOps(): BpfLink;
}

/** The elements of a batch, one after the other. The number of keys says how many there are. */
export interface BatchBuffers {
  /** A multiple of `keySize` bytes. */
  readonly keys: Uint8Array;
  /** `elementBytes` bytes for each key. */
  readonly values: Uint8Array;
}

/** `struct bpf_map_batch_opts`. */
export interface BatchOptions {
  /** For each element: a value of {@link UpdateFlag}. */
  readonly elementFlags?: number;
  /** For the batch; the kernel has none yet. */
  readonly flags?: number;
}

/** Options of a batch that reads. */
export interface BatchWalkOptions extends BatchOptions {
  /** The position to begin at, which moves to where the next batch begins. The start of the map when absent. */
  readonly cursor?: BatchCursor;
}

/** A position in a map, between batches. It belongs to the map that made it. */
export interface BatchCursor {
  /** True once the end of the map is reached. */
  readonly done: boolean;
}

/**
 * Flags of an update (`linux/bpf.h`, BPF_ANY and its like).
 *
 * @example
 * ```ts
 * import { type BpfMap, UpdateFlag } from "@wasm-bpf/wasm-bpf";
 *
 * const add = (map: BpfMap, key: Uint8Array, value: Uint8Array) => map.update(key, value, UpdateFlag.NOEXIST);
 * ```
 */
export const UpdateFlag = {
  /** Put or replace. */
  ANY: 0,
  /** Put; refused with EEXIST when the key is there. */
  NOEXIST: 1,
  /** Replace; refused with ENOENT when the key is not there. */
  EXIST: 2,
  /** Under the value's own spin lock. */
  LOCK: 4,
} as const;
