/**
 * Operations on many elements of a map in one system call. The kernel works on private buffers.
 *
 * @module
 */

import { BpfError, describeOperation, LINUX_ERRNO } from "../../errors/mod.ts";
import type * as ffi from "../../ffi/mod.ts";
import type { BatchBuffers, BatchCursor, BatchOptions, BatchWalkOptions } from "./map_interfaces.ts";
import { ACTION, type MapAction, operationOn } from "./map_action.ts";

/** A map with a buffer for its batches. A new buffer would cost each call an allocation and an address lookup. */
export class BatchMap {
  readonly raw: ffi.BpfMap;
  #memory = new Uint8Array(0);

  constructor(raw: ffi.BpfMap) {
    this.raw = raw;
  }

  /** A buffer of `sizeBytes` bytes. It may hold data of the last batch. */
  memory(sizeBytes: number): Uint8Array<ArrayBuffer> {
    if (this.#memory.length !== sizeBytes) this.#memory = new Uint8Array(sizeBytes);
    return this.#memory;
  }

  /** `action` on the map as text, for messages. */
  describe(action: MapAction): string {
    return describeOperation(operationOn(this.raw.name, action));
  }
}

/** The position at which a walk of a map continues. */
export class MapCursor implements BatchCursor {
  done = false;
  /** The position as the kernel wrote it; undefined before the first batch. */
  position: Uint8Array<ArrayBuffer> | undefined;
  readonly map: ffi.BpfMap;

  constructor(map: ffi.BpfMap) {
    this.map = map;
  }
}

/** One of the two system calls that walk a map. */
type WalkCall = (memory: Uint8Array<ArrayBuffer>, batch: ffi.BatchWalk, flags: ffi.BatchFlags) => number;

/** The buffer of one call, and the offsets of its parts. */
interface Room {
  readonly memory: Uint8Array<ArrayBuffer>;
  readonly elements: number;
  readonly batch: ffi.BatchWalk & { readonly inBatch: number };
}

/** Reads a batch into the caller's buffers. @returns the number of elements. */
export function walkBatch(
  batches: BatchMap,
  action: MapAction,
  call: WalkCall,
  request: BatchBuffers & BatchWalkOptions,
): number {
  const map = batches.raw;
  const { keys, values, cursor = new MapCursor(map) } = request;
  const flags = flagsOf(batches, action, request);
  if (!(cursor instanceof MapCursor) || cursor.map !== map) {
    throw new TypeError(`${batches.describe(action)}: not a cursor of this map`);
  }
  const { memory, elements, batch } = layOut(batches, action, { keys, values });
  if (cursor.done) return 0;
  if (cursor.position !== undefined) memory.set(cursor.position, batch.inBatch);
  const { inBatch: _, ...fromStart } = batch;
  const result = call(memory, cursor.position === undefined ? fromStart : batch, flags);
  // ENOENT marks the end of the map: the last elements were read.
  if (result < 0 && result !== -LINUX_ERRNO.ENOENT) throw new BpfError(operationOn(map.name, action), result);
  cursor.done = result < 0;
  cursor.position = memory.slice(batch.outBatch, batch.outBatch + cursorBytes(map));
  const count = moved(memory, batch, elements);
  keys.set(memory.subarray(batch.keys, batch.keys + count * map.keySize));
  values.set(memory.subarray(batch.values, batch.values + count * map.elementBytes));
  return count;
}

/** Updates a batch of elements. */
export function updateBatch(batches: BatchMap, request: BatchBuffers & BatchOptions): void {
  const map = batches.raw;
  const action = ACTION.UPDATE_BATCH;
  const flags = flagsOf(batches, action, request);
  const room = layOut(batches, action, request);
  copyIn(room, room.batch.keys, request.keys, room.elements * map.keySize);
  copyIn(room, room.batch.values, request.values, room.elements * map.elementBytes);
  checkAll(map, action, map.updateBatch(room.memory, room.batch, flags), room);
}

/** Deletes a batch of keys. */
export function deleteBatch(batches: BatchMap, request: Pick<BatchBuffers, "keys"> & BatchOptions): void {
  const map = batches.raw;
  const action = ACTION.DELETE_BATCH;
  const flags = flagsOf(batches, action, request);
  const room = layOut(batches, action, { keys: request.keys });
  copyIn(room, room.batch.keys, request.keys, room.elements * map.keySize);
  checkAll(map, action, map.deleteBatch(room.memory, room.batch, flags), room);
}

/** @throws {RangeError} when the sizes of the buffers do not match. */
function layOut(batches: BatchMap, action: MapAction, buffers: { keys: Uint8Array; values?: Uint8Array }): Room {
  const map = batches.raw;
  const { keySize, elementBytes } = map;
  const elements = keySize === 0 ? 0 : buffers.keys.length / keySize;
  if (elements === 0 || !Number.isInteger(elements)) {
    const given = buffers.keys.length;
    throw new RangeError(`${batches.describe(action)}: the keys have ${given} bytes, not a multiple of ${keySize}`);
  }
  if (buffers.values !== undefined && buffers.values.length !== elements * elementBytes) {
    const given = buffers.values.length;
    throw new RangeError(`${batches.describe(action)}: the values have ${given} bytes, not ${elements * elementBytes}`);
  }
  const inBatch = 8;
  const outBatch = inBatch + roundUp8(cursorBytes(map));
  const keys = outBatch + roundUp8(cursorBytes(map));
  const values = keys + roundUp8(elements * keySize);
  const memory = batches.memory(values + (buffers.values === undefined ? 0 : elements * elementBytes));
  new DataView(memory.buffer).setUint32(0, elements, true);
  return { memory, elements, batch: { count: 0, inBatch, outBatch, keys, values } };
}

/** The kernel writes a key as position, or for hashes the number of a bucket. */
function cursorBytes(map: ffi.BpfMap): number {
  return Math.max(map.keySize, 4);
}

function roundUp8(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

/** Copies only the checked length, because a view of shared memory may have grown since the check. */
function copyIn({ memory }: Room, at: number, bytes: Uint8Array, length: number): void {
  memory.set(bytes.subarray(0, length), at);
}

function moved(memory: Uint8Array<ArrayBuffer>, { count }: ffi.Batch, elements: number): number {
  return Math.min(new DataView(memory.buffer).getUint32(count, true), elements);
}

function checkAll(map: ffi.BpfMap, action: MapAction, result: number, { memory, batch, elements }: Room): void {
  if (result >= 0) return;
  const count = moved(memory, batch, elements);
  throw new BpfError(operationOn(map.name, action), result, {
    reason: `refused after ${count} of ${elements} elements`,
  });
}

function flagsOf(
  batches: BatchMap,
  action: MapAction,
  { elementFlags = 0, flags = 0 }: BatchOptions,
): ffi.BatchFlags {
  for (const one of [elementFlags, flags]) {
    if (!Number.isSafeInteger(one) || one < 0) {
      throw new RangeError(`${batches.describe(action)}: flags ${one} are not an unsigned number`);
    }
  }
  return { elementFlags, flags };
}
