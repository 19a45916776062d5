/**
 * `struct bpf_map`: its description, read once, and its elements by one native call each, straight on guest memory.
 *
 * @module
 */

import { LINUX_ERRNO } from "../errors.ts";
import { MapType } from "./constants.ts";
import type { Batch, BatchFlags, BatchWalk, BpfLink, BpfMap, MemoryBase, MemoryWindow } from "./interfaces.ts";
import type { Native } from "./native.ts";
import { Struct } from "./layouts.ts";
import { NativeLink } from "./link.ts";
import { type Address, address, addressOf, type NativePointer, NULL } from "./pointers.ts";

const PER_CPU_TYPES: ReadonlySet<number> = new Set([
  MapType.PERCPU_HASH,
  MapType.PERCPU_ARRAY,
  MapType.LRU_PERCPU_HASH,
  MapType.PERCPU_CGROUP_STORAGE,
]);

/** How many bytes the kernel moves for one element (kernel/bpf/syscall.c, `bpf_map_value_size`). */
export function elementBytes(type: number, valueSize: number, possibleCpus: number): number {
  return PER_CPU_TYPES.has(type) ? Math.ceil(valueSize / 8) * 8 * possibleCpus : valueSize;
}

/** What a map or program came from: once closed, its pointers point nowhere and its descriptors are somebody else's. */
export interface Closable {
  readonly closed: boolean;
}

const CLOSED = -LINUX_ERRNO.EBADF;

/** A map of a loaded object. See {@link BpfMap}. */
export class NativeMap implements BpfMap {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly elementBytes: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly fd: number;
  readonly #native: Native;
  readonly #pointer: NativePointer<"bpf_map">;
  readonly #owner: Closable;

  constructor(native: Native, pointer: NativePointer<"bpf_map">, name: string, owner: Closable) {
    const { symbols } = native.map;
    this.#native = native;
    this.#pointer = pointer;
    this.#owner = owner;
    this.name = name;
    this.type = symbols.bpf_map__type(pointer);
    this.keySize = symbols.bpf_map__key_size(pointer);
    this.valueSize = symbols.bpf_map__value_size(pointer);
    this.maxEntries = symbols.bpf_map__max_entries(pointer);
    this.flags = symbols.bpf_map__map_flags(pointer);
    this.elementBytes = elementBytes(this.type, this.valueSize, native.possibleCpus);
    this.fd = native.check.value(`Cannot use map "${name}"`, symbols.bpf_map__fd(pointer));
  }

  lookup(window: MemoryBase, key: number, value: number, flags: number): number {
    if (this.#owner.closed) return CLOSED;
    const { base } = window;
    return this.#native.element.symbols.bpf_map_lookup_elem_flags(
      this.fd,
      this.#key(base, key),
      address(base + value),
      address(flags),
    );
  }

  update(window: MemoryBase, key: number, value: number, flags: number): number {
    if (this.#owner.closed) return CLOSED;
    const { base } = window;
    return this.#native.element.symbols.bpf_map_update_elem(
      this.fd,
      this.#key(base, key),
      address(base + value),
      address(flags),
    );
  }

  delete(window: MemoryBase, key: number, flags: number): number {
    if (this.#owner.closed) return CLOSED;
    return this.#native.element.symbols.bpf_map_delete_elem_flags(this.fd, this.#key(window.base, key), address(flags));
  }

  nextKey(window: MemoryBase, key: number | undefined, nextKey: number): number {
    if (this.#owner.closed) return CLOSED;
    const { base } = window;
    return this.#native.element.symbols.bpf_map_get_next_key(
      this.fd,
      key === undefined ? NULL : address(base + key),
      address(base + nextKey),
    );
  }

  lookupAndDelete(window: MemoryBase, key: number, value: number, flags: number): number {
    if (this.#owner.closed) return CLOSED;
    const { base } = window;
    return this.#native.element.symbols.bpf_map_lookup_and_delete_elem_flags(
      this.fd,
      this.#key(base, key),
      address(base + value),
      address(flags),
    );
  }

  lookupBatch(window: MemoryBase, batch: BatchWalk, flags: BatchFlags = {}): number {
    if (this.#owner.closed) return CLOSED;
    return this.#walk(this.#native.element.symbols.bpf_map_lookup_batch, window, batch, flags);
  }

  lookupAndDeleteBatch(window: MemoryBase, batch: BatchWalk, flags: BatchFlags = {}): number {
    if (this.#owner.closed) return CLOSED;
    return this.#walk(this.#native.element.symbols.bpf_map_lookup_and_delete_batch, window, batch, flags);
  }

  updateBatch(window: MemoryBase, batch: Batch, flags: BatchFlags = {}): number {
    if (this.#owner.closed) return CLOSED;
    const { base } = window;
    return this.#native.element.symbols.bpf_map_update_batch(
      this.fd,
      address(base + batch.keys),
      address(base + batch.values),
      address(base + batch.count),
      batchOptions(flags),
    );
  }

  deleteBatch(window: MemoryBase, batch: Omit<Batch, "values">, flags: BatchFlags = {}): number {
    if (this.#owner.closed) return CLOSED;
    const { base } = window;
    return this.#native.element.symbols.bpf_map_delete_batch(
      this.fd,
      address(base + batch.keys),
      address(base + batch.count),
      batchOptions(flags),
    );
  }

  #walk(
    call: Native["element"]["symbols"]["bpf_map_lookup_batch"],
    { base }: MemoryBase,
    batch: BatchWalk,
    flags: BatchFlags,
  ): number {
    return call(
      this.fd,
      batch.inBatch === undefined ? NULL : address(base + batch.inBatch),
      address(base + batch.outBatch),
      address(base + batch.keys),
      address(base + batch.values),
      address(base + batch.count),
      batchOptions(flags),
    );
  }

  attachStructOps(): BpfLink {
    if (this.#owner.closed) throw new TypeError(`Cannot attach map "${this.name}": closed`);
    const operation = `Cannot attach struct_ops map "${this.name}"`;
    this.#native.check.begin();
    const link = this.#native.map.symbols.bpf_map__attach_struct_ops(this.#pointer);
    return NativeLink.from(this.#native, link, operation, `struct_ops map "${this.name}"`);
  }

  /** The kernel insists on NULL for maps without keys (queue, stack, bloom filter). */
  #key(base: number, key: number): Address {
    return this.keySize === 0 ? NULL : address(base + key);
  }
}

/** A window on `memory`. @throws {TypeError} when the memory is shared. */
export function windowOf(memory: WebAssembly.Memory): MemoryWindow {
  return new Window(memory);
}

class Window implements MemoryWindow {
  base: number;
  readonly #memory: WebAssembly.Memory;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
    this.base = addressOf(unshared(memory));
  }

  refresh(): boolean {
    const before = this.base;
    this.base = addressOf(unshared(this.#memory));
    return this.base !== before;
  }
}

function unshared({ buffer }: WebAssembly.Memory): ArrayBuffer {
  if (buffer instanceof ArrayBuffer) return buffer;
  throw new TypeError("Cannot use shared memory: not supported");
}

/** `struct bpf_map_batch_opts`, or NULL where there is nothing to say. */
function batchOptions({ elementFlags = 0, flags = 0 }: BatchFlags): Uint8Array<ArrayBuffer> | null {
  if (elementFlags === 0 && flags === 0) return null;
  return new Struct("bpf_map_batch_opts").u64("elem_flags", elementFlags).u64("flags", flags).bytes;
}
