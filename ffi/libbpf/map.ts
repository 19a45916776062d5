/**
 * `struct bpf_map`. Its sizes are read once. Each element takes one native call, directly on the caller's memory.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import { MAP_COMMAND, MapType } from "../../object/bpf_numbers.ts";
import { address, baseOf, type NativePointer, NULL } from "../system/pointers.ts";
import { type ElementCall, NOTHING } from "./element.ts";
import type { Batch, BatchFlags, BatchWalk, BpfLink, BpfMap } from "./interfaces/mod.ts";
import { NativeLink } from "./link.ts";
import type { Native } from "./native.ts";
import { Struct } from "./struct.ts";

const PER_CPU_TYPES: ReadonlySet<number> = new Set([
  MapType.PERCPU_HASH,
  MapType.PERCPU_ARRAY,
  MapType.LRU_PERCPU_HASH,
  MapType.PERCPU_CGROUP_STORAGE,
]);

/** The number of bytes that the kernel copies for one element (kernel/bpf/syscall.c, `bpf_map_value_size`). */
export function elementBytes(type: number, valueSize: number, machine: { readonly possibleCpus: number }): number {
  return PER_CPU_TYPES.has(type) ? Math.ceil(valueSize / 8) * 8 * machine.possibleCpus : valueSize;
}

/** The owner of a map or program. After it is closed, their pointers are invalid, and their descriptors may belong to other files. */
export interface Owner {
  readonly closed: boolean;
  /** Takes ownership of a link. It is detached before the object closes, because links of libbpf may point to their object. */
  own(link: BpfLink): BpfLink;
}

const CLOSED = -LINUX_ERRNO.EBADF;

/** See {@link BpfMap}. */
export class NativeMap implements BpfMap {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly elementBytes: number;
  maxEntries: number;
  readonly flags: number;
  #fd: number;
  readonly #native: Native;
  readonly #pointer: NativePointer<"bpf_map">;
  readonly #owner: Owner;
  readonly #call: ElementCall;

  constructor(native: Native, pointer: NativePointer<"bpf_map">, name: string, owner: Owner) {
    const { symbols } = native.map;
    this.#native = native;
    this.#pointer = pointer;
    this.#owner = owner;
    this.#call = native.element;
    this.name = name;
    this.type = symbols.bpf_map__type(pointer);
    this.keySize = symbols.bpf_map__key_size(pointer);
    this.valueSize = symbols.bpf_map__value_size(pointer);
    this.maxEntries = symbols.bpf_map__max_entries(pointer);
    this.flags = symbols.bpf_map__map_flags(pointer);
    this.elementBytes = elementBytes(this.type, this.valueSize, native);
    this.#fd = symbols.bpf_map__fd(pointer);
  }

  get fd(): number {
    if (this.#fd >= 0) return this.#fd;
    throw new BpfError({ operation: "use", kind: "map", subject: this.name }, LINUX_ERRNO.ENOENT, {
      reason: "it is not in the kernel",
    });
  }

  /** Reads the descriptor and the sizes of buffers again, since loading sets them. */
  refresh(): void {
    const { symbols } = this.#native.map;
    this.maxEntries = symbols.bpf_map__max_entries(this.#pointer);
    this.#fd = symbols.bpf_map__fd(this.#pointer);
  }

  lookup(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number {
    return this.#element(MAP_COMMAND.LOOKUP, memory, key, value, flags);
  }

  update(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number {
    return this.#element(MAP_COMMAND.UPDATE, memory, key, value, flags);
  }

  delete(memory: Uint8Array<ArrayBuffer>, key: number, flags: number): number {
    return this.#element(MAP_COMMAND.DELETE, memory, key, NOTHING, flags);
  }

  nextKey(memory: Uint8Array<ArrayBuffer>, key: number | undefined, nextKey: number): number {
    return this.#element(MAP_COMMAND.GET_NEXT_KEY, memory, key ?? NOTHING, nextKey, 0);
  }

  lookupAndDelete(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number {
    return this.#element(MAP_COMMAND.LOOKUP_AND_DELETE, memory, key, value, flags);
  }

  lookupBatch(memory: Uint8Array<ArrayBuffer>, batch: BatchWalk, flags: BatchFlags = {}): number {
    if (this.#owner.closed) return CLOSED;
    return this.#walk(this.#native.batch.symbols.bpf_map_lookup_batch, memory, batch, flags);
  }

  lookupAndDeleteBatch(memory: Uint8Array<ArrayBuffer>, batch: BatchWalk, flags: BatchFlags = {}): number {
    if (this.#owner.closed) return CLOSED;
    return this.#walk(this.#native.batch.symbols.bpf_map_lookup_and_delete_batch, memory, batch, flags);
  }

  updateBatch(memory: Uint8Array<ArrayBuffer>, batch: Batch, flags: BatchFlags = {}): number {
    if (this.#owner.closed) return CLOSED;
    const base = baseOf(memory);
    return this.#native.batch.symbols.bpf_map_update_batch(
      this.#fd,
      address(base + batch.keys),
      address(base + batch.values),
      address(base + batch.count),
      batchOptions(flags),
    );
  }

  deleteBatch(memory: Uint8Array<ArrayBuffer>, batch: Omit<Batch, "values">, flags: BatchFlags = {}): number {
    if (this.#owner.closed) return CLOSED;
    const base = baseOf(memory);
    return this.#native.batch.symbols.bpf_map_delete_batch(
      this.#fd,
      address(base + batch.keys),
      address(base + batch.count),
      batchOptions(flags),
    );
  }

  #walk(
    call: Native["batch"]["symbols"]["bpf_map_lookup_batch"],
    memory: Uint8Array<ArrayBuffer>,
    batch: BatchWalk,
    flags: BatchFlags,
  ): number {
    const base = baseOf(memory);
    return call(
      this.#fd,
      batch.inBatch === undefined ? NULL : address(base + batch.inBatch),
      address(base + batch.outBatch),
      address(base + batch.keys),
      address(base + batch.values),
      address(base + batch.count),
      batchOptions(flags),
    );
  }

  initialValue(): Uint8Array<ArrayBuffer> | undefined {
    if (this.#owner.closed) throw new TypeError(`Cannot read map "${this.name}": closed`);
    const size = new BigUint64Array(1);
    const value = this.#native.map.symbols.bpf_map__initial_value(this.#pointer, new Uint8Array(size.buffer));
    if (value === null) return undefined;
    return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(value, Number(size[0]))).slice();
  }

  setInitialValue(value: Uint8Array<ArrayBuffer>): void {
    if (this.#owner.closed) throw new TypeError(`Cannot set map "${this.name}": closed`);
    const { symbols } = this.#native.map;
    this.#native.check.begin();
    // libbpf checks the size against the map's.
    const result = symbols.bpf_map__set_initial_value(this.#pointer, value, address(value.length));
    const words = `the initial value of map "${this.name}"`;
    this.#native.check.value({ operation: "set", kind: "map", subject: this.name, words }, result);
  }

  attachStructOps(): BpfLink {
    if (this.#owner.closed) throw new TypeError(`Cannot attach map "${this.name}": closed`);
    const words = `struct_ops map "${this.name}"`;
    this.#native.check.begin();
    const link = this.#native.map.symbols.bpf_map__attach_struct_ops(this.#pointer);
    const operation: Operation = { operation: "attach", kind: "map", subject: this.name, words };
    return this.#owner.own(NativeLink.from(this.#native, link, operation, words));
  }

  #element(command: number, memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number {
    if (this.#owner.closed) return CLOSED;
    // The kernel requires NULL for maps without keys (queue, stack, bloom filter).
    return this.#call(command, this.#fd, memory, this.keySize === 0 ? NOTHING : key, value, flags);
  }
}

/** `struct bpf_map_batch_opts`, or NULL if all its fields are 0. */
function batchOptions({ elementFlags = 0, flags = 0 }: BatchFlags): Uint8Array<ArrayBuffer> | null {
  if (elementFlags === 0 && flags === 0) return null;
  return new Struct("bpf_map_batch_opts").u64("elem_flags", elementFlags).u64("flags", flags).bytes;
}
