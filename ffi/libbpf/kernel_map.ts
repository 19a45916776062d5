/**
 * Maps of the kernel by their descriptors. Each element takes one native call, directly on the caller's memory.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors/mod.ts";
import { MAP_COMMAND, MapType } from "../../object/bpf_numbers.ts";
import { address, baseOf, NULL } from "../system/pointers.ts";
import { type ElementCall, NOTHING } from "./element.ts";
import type { Batch, BatchFlags, BatchWalk, DescribedMap, KernelMap } from "./interfaces/mod.ts";
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

const CLOSED = -LINUX_ERRNO.EBADF;

/** The properties of a map that a call of libbpf or the kernel gives. */
export type MapProperties = Pick<KernelMap, "type" | "keySize" | "valueSize" | "maxEntries" | "flags">;

/** The calls for elements of a map. */
export abstract class MapElements implements KernelMap {
  readonly name: string;
  type = 0;
  keySize = 0;
  valueSize = 0;
  elementBytes = 0;
  maxEntries = 0;
  flags = 0;
  /** Negative when the map is not in the kernel. */
  protected descriptor = -1;
  readonly #native: Native;
  readonly #call: ElementCall;

  constructor(native: Native, name: string) {
    this.#native = native;
    this.#call = native.element;
    this.name = name;
  }

  abstract get fd(): number;

  /** True when the descriptor may belong to another file. */
  protected abstract get isClosed(): boolean;

  /** Sets the properties. */
  protected describe(properties: MapProperties, descriptor: number): void {
    Object.assign(this, properties);
    this.elementBytes = elementBytes(this.type, this.valueSize, this.#native);
    this.descriptor = descriptor;
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
    if (this.isClosed) return CLOSED;
    return this.#walk(this.#native.batch.symbols.bpf_map_lookup_batch, memory, batch, flags);
  }

  lookupAndDeleteBatch(memory: Uint8Array<ArrayBuffer>, batch: BatchWalk, flags: BatchFlags = {}): number {
    if (this.isClosed) return CLOSED;
    return this.#walk(this.#native.batch.symbols.bpf_map_lookup_and_delete_batch, memory, batch, flags);
  }

  updateBatch(memory: Uint8Array<ArrayBuffer>, batch: Batch, flags: BatchFlags = {}): number {
    if (this.isClosed) return CLOSED;
    const base = baseOf(memory);
    return this.#native.batch.symbols.bpf_map_update_batch(
      this.descriptor,
      address(base + batch.keys),
      address(base + batch.values),
      address(base + batch.count),
      batchOptions(flags),
    );
  }

  deleteBatch(memory: Uint8Array<ArrayBuffer>, batch: Omit<Batch, "values">, flags: BatchFlags = {}): number {
    if (this.isClosed) return CLOSED;
    const base = baseOf(memory);
    return this.#native.batch.symbols.bpf_map_delete_batch(
      this.descriptor,
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
      this.descriptor,
      batch.inBatch === undefined ? NULL : address(base + batch.inBatch),
      address(base + batch.outBatch),
      address(base + batch.keys),
      address(base + batch.values),
      address(base + batch.count),
      batchOptions(flags),
    );
  }

  #element(command: number, memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number {
    if (this.isClosed) return CLOSED;
    // The kernel requires NULL for maps without keys (queue, stack, bloom filter).
    return this.#call(command, this.descriptor, memory, this.keySize === 0 ? NOTHING : key, value, flags);
  }
}

/** `struct bpf_map_batch_opts`, or NULL if all its fields are 0. */
function batchOptions({ elementFlags = 0, flags = 0 }: BatchFlags): Uint8Array<ArrayBuffer> | null {
  if (elementFlags === 0 && flags === 0) return null;
  return new Struct("bpf_map_batch_opts").u64("elem_flags", elementFlags).u64("flags", flags).bytes;
}

/** A map that a descriptor names. */
class DescriptorMap extends MapElements implements DescribedMap {
  #isClosed = false;

  constructor(native: Native, fd: number, info: Struct<"bpf_map_info">) {
    super(native, info.readText("name"));
    this.describe({
      type: info.readU32("type"),
      keySize: info.readU32("key_size"),
      valueSize: info.readU32("value_size"),
      maxEntries: info.readU32("max_entries"),
      flags: info.readU32("map_flags"),
    }, fd);
  }

  override get fd(): number {
    return this.descriptor;
  }

  protected override get isClosed(): boolean {
    return this.#isClosed;
  }

  end(): void {
    this.#isClosed = true;
  }
}

/** See {@link Libbpf.mapOf}. */
export function openDescriptorMap(native: Native, fd: number): DescribedMap {
  const info = new Struct("bpf_map_info");
  const size = new Uint8Array(Uint32Array.of(info.bytes.length).buffer);
  native.check.begin();
  const result = native.map.symbols.bpf_obj_get_info_by_fd(fd, info.bytes, size);
  native.check.value({ operation: "use", kind: "map", words: "a map" }, result);
  return new DescriptorMap(native, fd, info);
}
