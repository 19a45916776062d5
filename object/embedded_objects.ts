/**
 * Finds the BPF objects in the data of a WebAssembly module.
 *
 * @module
 */

import { elfSizeBytes, EM_BPF, isElf } from "./elf/elf.ts";
import { FormatError } from "../errors/mod.ts";
import type { DataSegment } from "../wasm/module.ts";

/** A BPF object in a module. */
export interface EmbeddedObject {
  /** The address in the guest's memory, or the offset in a segment that has no address. */
  readonly address: number;
  readonly bytes: Uint8Array;
}

/** The largest object that is found. Guests may load larger ones. */
const MAX_OBJECT_BYTES = 16 << 20;

/** The largest number of objects. A module with all examples has fewer. */
const MAX_OBJECTS = 64;

/** The largest number of places that are tried. Each costs a copy of the following bytes, so hostile data could take hours. */
const MAX_PLACES = 128;

/** The BPF objects in a module's data, sorted by address. Incomplete and damaged ones are skipped. */
export function findObjects(segments: readonly DataSegment[]): EmbeddedObject[] {
  const found: EmbeddedObject[] = [];
  let places = 0;
  for (const segment of segments) {
    for (let at = nextObject(segment.bytes, 0); at >= 0; at = nextObject(segment.bytes, at + 4)) {
      if (found.length === MAX_OBJECTS || places++ === MAX_PLACES) return sorted(found);
      const bytes = objectAt(segments, segment, at);
      if (bytes !== undefined) found.push({ address: (segment.address ?? 0) + at, bytes });
    }
  }
  return sorted(found);
}

function sorted(found: EmbeddedObject[]): EmbeddedObject[] {
  return found.sort((a, b) => a.address - b.address);
}

/** The next place that looks like the beginning of an object; -1 when there is none. */
function nextObject(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x7f, from); at >= 0; at = bytes.indexOf(0x7f, at + 1)) {
    const machine = (bytes[at + 18] ?? 0) | ((bytes[at + 19] ?? 0) << 8);
    if (isElf(bytes, at) && machine === EM_BPF) return at;
  }
  return -1;
}

function objectAt(segments: readonly DataSegment[], segment: DataSegment, at: number): Uint8Array | undefined {
  const bytes = segment.address === undefined ? segment.bytes.subarray(at) : memoryFrom(segments, segment.address + at);
  try {
    return bytes.subarray(0, elfSizeBytes(bytes));
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** Initial memory from `address` on. Tools split data at long runs of zeros, so an object may span segments. */
function memoryFrom(segments: readonly DataSegment[], address: number): Uint8Array {
  const end = segments.reduce((end, segment) => Math.max(end, (segment.address ?? 0) + segment.bytes.length), 0);
  const memory = new Uint8Array(Math.min(end - address, MAX_OBJECT_BYTES));
  for (const segment of segments) {
    if (segment.address === undefined) continue;
    const skip = Math.max(0, address - segment.address);
    const at = Math.max(0, segment.address - address);
    if (skip >= segment.bytes.length || at >= memory.length) continue;
    memory.set(segment.bytes.subarray(skip, skip + memory.length - at), at);
  }
  return memory;
}
