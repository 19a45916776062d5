/**
 * Strings of AssemblyScript: UTF-16 units in the guest's memory, with their length in bytes in the four bytes before them.
 *
 * @module
 */

import { type GuestMemory, guestPtr, MemoryFault } from "../core/memory.ts";

const SIZE_BYTES = 4;
/** Bytes of a string that are converted at once, so that a long one needs no long copy. */
const CHUNK_BYTES = 65536;

/**
 * The range of a string's units. An odd byte at the end is no unit.
 *
 * @throws {MemoryFault} if the length or the units are outside the memory.
 */
function unitsAt(memory: GuestMemory, pointer: number): Uint8Array<ArrayBuffer> {
  const at = guestPtr(pointer);
  if (at < SIZE_BYTES) throw new MemoryFault(`a string at ${at} has no length`);
  const sizeAt = guestPtr(at - SIZE_BYTES);
  memory.check(sizeAt, SIZE_BYTES);
  const sizeBytes = memory.data.getUint32(sizeAt, true);
  return memory.view(at, sizeBytes - sizeBytes % 2);
}

/**
 * The text of a string in pieces of limited length. Unpaired surrogates become U+FFFD.
 *
 * @throws {MemoryFault} if the string is not in the memory.
 */
export function* textPieces(memory: GuestMemory, pointer: number): Generator<string> {
  const units = unitsAt(memory, pointer);
  // A byte order mark is text.
  const decoder = new TextDecoder("utf-16le", { ignoreBOM: true });
  for (let at = 0; at < units.length; at += CHUNK_BYTES) {
    yield decoder.decode(units.subarray(at, at + CHUNK_BYTES), { stream: true });
  }
  yield decoder.decode();
}

/** The first `maxUnits` units of a string. @throws {MemoryFault} */
export function shortText(memory: GuestMemory, pointer: number, maxUnits: number): string {
  const units = unitsAt(memory, pointer).subarray(0, maxUnits * 2);
  return new TextDecoder("utf-16le", { ignoreBOM: true }).decode(units);
}
