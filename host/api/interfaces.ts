/**
 * The interfaces of libbpf for TypeScript programs. The other files of this folder implement them on `ffi/`.
 *
 * @module
 */

import type { BpfLink, BpfProgram, LibraryOrigin, OpenObjectOptions } from "../../ffi/mod.ts";

/** An open libbpf. Disposing it closes all its objects and their links. */
export interface Libbpf extends Disposable {
  /** libbpf's version: "v1.5". */
  readonly version: string;
  /** The path of the library. */
  readonly path: string;
  /** The place in which the library was found. */
  readonly origin: LibraryOrigin;
  /** The number of possible CPUs of this machine. An element of a per-CPU map has a value for each. */
  readonly possibleCpus: number;

  /**
   * Parses an ELF object. The kernel is not involved yet.
   *
   * @param bytes the output of `clang -target bpf`. They are copied.
   * @throws {BpfError} EINVAL when they are damaged; another errno with libbpf's reason when libbpf refuses them.
   */
  openObject(bytes: Uint8Array, options?: OpenObjectOptions): BpfObject;

  /** The index of a network interface. @throws {BpfError} ENODEV when no interface has this name. */
  interfaceIndex(name: string): number;

  /** Opens a cgroup2 directory to attach to. @throws {BpfError} ENOENT; EINVAL when it is not cgroup2. */
  openCgroup(path: string): number;

  /** Opens a network namespace to attach to: "/proc/self/ns/net", "/run/netns/NAME". @throws {BpfError} ENOENT, EINVAL. */
  openNetworkNamespace(path: string): number;

  /**
   * Opens an ELF file to probe: a path, or a name that is searched for as libbpf does ("libc.so.6", "bash").
   *
   * @throws {BpfError} ENOENT; EINVAL when it is not a regular file; ENOEXEC when it is not an ELF file.
   */
  openBinary(name: string): number;

  /** Closes a descriptor that this library opened. @throws {TypeError} for any other descriptor. */
  closeDescriptor(fd: number): void;
}

/**
 * `struct bpf_object`. Disposing it detaches its links and closes it. Its programs and maps then throw a TypeError.
 */
export interface BpfObject extends Disposable {
  /** The name given when it was opened. */
  readonly name: string;

  /**
   * Loads maps and programs into the kernel. Needs CAP_BPF, and CAP_PERFMON or CAP_NET_ADMIN for some types of programs.
   *
   * @throws {BpfError} with the verifier's or libbpf's reason.
   */
  load(): void;

  /** The program of this name; undefined when it does not exist. */
  findProgram(name: string): BpfProgram | undefined;

  /** The map of this name; undefined when it does not exist. Section names such as ".rodata" also find a map. */
  findMap(name: string): BpfMap | undefined;

  /** All programs, in file order. */
  programs(): readonly BpfProgram[];

  /** All maps, including those of global variables. Their definitions can be read before `load`, their elements after it. */
  maps(): readonly BpfMap[];
}

/**
 * `struct bpf_map`. Lives as long as its object.
 *
 * Keys and values are bytes in the kernel's layout. They are copied: arguments are not kept, and results never change later.
 * Every call with a key or value throws a RangeError when the key does not have {@link keySize} bytes or the value does not have
 * {@link elementBytes}, a {@link BpfError} when the kernel refuses the call, and a TypeError when the object is closed.
 *
 * Queues and stacks have keys of 0 bytes: `update` pushes, `lookup` peeks, `lookupAndDelete` pops.
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

  /** The value of `key`; undefined when the map lacks the key. @param flags BPF_F_LOCK. */
  lookup(key: Uint8Array, flags?: number): Uint8Array<ArrayBuffer> | undefined;

  /** Sets the value of `key`. @param flags a value of {@link UpdateFlag}. @throws {BpfError} EEXIST, ENOENT, E2BIG ... */
  update(key: Uint8Array, value: Uint8Array, flags?: number): void;

  /** Deletes the element of `key`. @returns false when the map lacks the key. @throws {BpfError} EINVAL for arrays. */
  delete(key: Uint8Array): boolean;

  /** Deletes the element of `key` and returns its value (Linux 5.14 for hashes); undefined when the map lacks the key. */
  lookupAndDelete(key: Uint8Array, flags?: number): Uint8Array<ArrayBuffer> | undefined;

  /** The key after `key`, or the first key; undefined after the last. The kernel starts anew when `key` was deleted. */
  nextKey(key?: Uint8Array): Uint8Array<ArrayBuffer> | undefined;

  /**
   * Walks the keys. The loop may delete the current key.
   *
   * @throws {BpfError} EAGAIN after more keys than the map can hold: others delete keys so fast that the walk does not end.
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

  /** Updates all elements of the buffers. @throws {BpfError} with the number of elements updated before the refused one. */
  updateBatch(buffers: BatchBuffers, options?: BatchOptions): void;

  /** Deletes all keys. @throws {BpfError} with the number of keys deleted before the refused one. */
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
   */
  setInitialValue(value: Uint8Array): void;

  /** Attaches a struct_ops map. @throws {BpfError} */
  attachStructOps(): BpfLink;
}

/** The elements of a batch, one after another. The length of `keys` determines their number. */
export interface BatchBuffers {
  /** A multiple of `keySize` bytes. */
  readonly keys: Uint8Array;
  /** `elementBytes` bytes for each key. */
  readonly values: Uint8Array;
}

/** `struct bpf_map_batch_opts`. */
export interface BatchOptions {
  /** The flags of each element: a value of {@link UpdateFlag}. */
  readonly elementFlags?: number;
  /** The flags of the batch. The kernel does not define any yet. */
  readonly flags?: number;
}

/** Options of batches that read. */
export interface BatchWalkOptions extends BatchOptions {
  /** The position to start at, which moves to the next batch. By default the start of the map. */
  readonly cursor?: BatchCursor;
}

/** A position in a map, between batches. It is valid only for the map that created it. */
export interface BatchCursor {
  /** True at the end of the map. */
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
  /** Creates or replaces the element. */
  ANY: 0,
  /** Creates the element; EEXIST when the key exists. */
  NOEXIST: 1,
  /** Replaces the element; ENOENT when the key does not exist. */
  EXIST: 2,
  /** Holds the spin lock in the value during the update. */
  LOCK: 4,
} as const;
