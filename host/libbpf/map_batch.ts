/**
 * `bpf_map_lookup_batch()` and the other functions for many elements of a map.
 *
 * @module
 */

import { LINUX_ERRNO, wasiErrno } from "../../errors/mod.ts";
import type { BatchFlags } from "../../ffi/mod.ts";
import type { GuestContext } from "../core/context.ts";
import { translateKey, translateValue, version2Descriptors } from "../core/descriptor_values.ts";
import type { GuestMap } from "../core/guest_map.ts";
import { type GuestPtr, guestPtr, type WasmPtr } from "../core/memory.ts";
import { newBytes, refuse } from "../core/refusal.ts";
import { mapAt, quietly, readOptions } from "./buffers.ts";
import { madeLines } from "./made_lines.ts";

/** `struct bpf_map_batch_opts`: two u64. */
const OPTIONS = { size: 24, elem_flags: 8, flags: 16 };
const COUNT_BYTES = 4;
/** The kernel's largest position in a walk, unless keys are larger: the number of a hash's bucket. */
const POSITION_BYTES = 4;
const NULL = 0;
const EBADF = -LINUX_ERRNO.EBADF;
const EFAULT = -LINUX_ERRNO.EFAULT;

/** The lines. */
export const MAP_BATCH_LINES = madeLines([
  "bpf_map_lookup_batch",
  "bpf_map_lookup_and_delete_batch",
  "bpf_map_update_batch",
  "bpf_map_delete_batch",
], mapBatchFunctions);

/** The functions, not yet guarded. */
function mapBatchFunctions(guest: GuestContext) {
  type Walk = (
    fd: number,
    inBatch: WasmPtr,
    outBatch: WasmPtr,
    keys: WasmPtr,
    values: WasmPtr,
    count: WasmPtr,
    options: WasmPtr,
  ) => number;
  const walk =
    (name: "lookupBatch" | "lookupAndDeleteBatch"): Walk => (fd, inBatch, outBatch, keys, values, count, options) => {
      const batch = new Batch(guest, mapAt(guest, fd), { keys, values, count, inBatch, outBatch });
      return quietly(() => batch.walk(name, readFlags(guest, options)));
    };
  return {
    bpf_map_lookup_batch: walk("lookupBatch"),
    bpf_map_lookup_and_delete_batch: walk("lookupAndDeleteBatch"),
    bpf_map_update_batch: (fd: number, keys: WasmPtr, values: WasmPtr, count: WasmPtr, options: WasmPtr): number => {
      const batch = new Batch(guest, mapAt(guest, fd), { keys, values, count });
      return quietly(() => batch.update(readFlags(guest, options)));
    },
    bpf_map_delete_batch: (fd: number, keys: WasmPtr, count: WasmPtr, options: WasmPtr): number => {
      const batch = new Batch(guest, mapAt(guest, fd), { keys, count });
      return quietly(() => batch.delete(readFlags(guest, options)));
    },
  };
}

/** The parts of a batch. */
type Part = "count" | "inBatch" | "outBatch" | "keys" | "values";

/**
 * A copy of a batch of the guest: the count, the positions, the keys, the values.
 *
 * The kernel works on the copy. It reads the count itself, and BPF programs may write to the guest's memory after the check.
 */
class Batch {
  readonly #guest: GuestContext;
  readonly #map: GuestMap;
  readonly #count: number;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView<ArrayBuffer>;
  readonly #at: Readonly<Record<Part, number>>;
  readonly #from: Readonly<Record<Part, GuestPtr>>;

  /** @throws {MemoryFault} when a part is not in the guest's memory. */
  constructor(guest: GuestContext, map: GuestMap, pointers: Partial<Record<Part, WasmPtr>>) {
    const { memory, addressBits } = guest;
    const from = (part: Part) => guestPtr(pointers[part] ?? NULL, addressBits);
    this.#guest = guest;
    this.#map = map;
    this.#from = {
      count: from("count"),
      inBatch: from("inBatch"),
      outBatch: from("outBatch"),
      keys: from("keys"),
      values: from("values"),
    };
    memory.check(this.#from.count, COUNT_BYTES);
    const count = this.#count = memory.data.getUint32(this.#from.count, true);
    // Address 0 lies in the guest's memory, and is NULL for the kernel.
    const isNull = (part: "keys" | "values") => pointers[part] !== undefined && this.#from[part] === NULL;
    if (count > 0 && (isNull("keys") || isNull("values"))) refuse("EFAULT");
    const valueBytes = pointers.values === undefined ? 0 : count * map.elementBytes;
    memory.check(this.#from.keys, count * map.keySize);
    memory.check(this.#from.values, valueBytes);
    const position = positionBytes(map);
    const keys = 8 + 2 * position;
    const values = keys + count * map.keySize;
    this.#at = { count: 0, inBatch: 8, outBatch: 8 + position, keys, values };
    this.#bytes = newBytes(values + valueBytes);
    this.#view = new DataView(this.#bytes.buffer);
    this.#view.setUint32(0, count, true);
  }

  walk(name: "lookupBatch" | "lookupAndDeleteBatch", flags: BatchFlags): number {
    const { inBatch, ...at } = this.#at;
    const position = positionBytes(this.#map);
    if (this.#from.outBatch === NULL) return -wasiErrno(EFAULT);
    this.#copyIn("outBatch", position);
    const isFirst = this.#from.inBatch === NULL;
    if (!isFirst) this.#copyIn("inBatch", position);
    const result = this.#map[name](this.#bytes, isFirst ? at : { ...at, inBatch }, flags);
    const copied = this.#copiedCount();
    this.#copyOut("outBatch", position);
    this.#copyOut("keys", copied * this.#map.keySize);
    this.#copyOut("values", copied * this.#map.elementBytes);
    return this.#finish(result);
  }

  update(flags: BatchFlags): number {
    this.#copyIn("keys", this.#count * this.#map.keySize);
    this.#copyIn("values", this.#count * this.#map.elementBytes);
    if (!this.#translate(true)) return -wasiErrno(EBADF);
    return this.#finish(this.#map.updateBatch(this.#bytes, this.#at, flags));
  }

  delete(flags: BatchFlags): number {
    this.#copyIn("keys", this.#count * this.#map.keySize);
    if (!this.#translate(false)) return -wasiErrno(EBADF);
    return this.#finish(this.#map.deleteBatch(this.#bytes, this.#at, flags));
  }

  /** Replaces the guest's descriptors by the host's. False if the guest does not own one. */
  #translate(hasValues: boolean): boolean {
    const map = this.#map;
    if (!map.hasDescriptors) return true;
    const own = version2Descriptors(this.#guest.descriptors);
    for (let i = 0; i < this.#count; i++) {
      if (!translateKey(own, map, this.#view, this.#at.keys + i * map.keySize)) return false;
      const value = this.#at.values + i * map.elementBytes;
      if (hasValues && !translateValue(own, map, this.#view, value)) return false;
    }
    return true;
  }

  /** The number of elements that the kernel handled. */
  #copiedCount(): number {
    return Math.min(this.#view.getUint32(0, true), this.#count);
  }

  #finish(result: number): number {
    this.#copyOut("count", COUNT_BYTES);
    return -wasiErrno(result);
  }

  #copyIn(part: Part, sizeBytes: number): void {
    this.#bytes.set(this.#guest.memory.view(this.#from[part], sizeBytes), this.#at[part]);
  }

  #copyOut(part: Part, sizeBytes: number): void {
    const at = this.#at[part];
    this.#guest.memory.view(this.#from[part], sizeBytes).set(this.#bytes.subarray(at, at + sizeBytes));
  }
}

/** The bytes of a position in a walk through `map`. */
function positionBytes({ keySize }: GuestMap): number {
  return Math.max(keySize, POSITION_BYTES);
}

function readFlags(guest: GuestContext, options: WasmPtr): BatchFlags {
  const view = readOptions(guest, { at: options, sizeBytes: OPTIONS.size });
  const elementFlags = view.getBigUint64(OPTIONS.elem_flags, true);
  const flags = view.getBigUint64(OPTIONS.flags, true);
  // The kernel has no flags above 32 bits here.
  if ((elementFlags | flags) >> 32n !== 0n) refuse("EINVAL");
  return { elementFlags: Number(elementFlags), flags: Number(flags) };
}
