/**
 * The guest's maps as map_elements.wat reads them.
 *
 * @module
 */

import { wasiErrno } from "../../errors/mod.ts";
import type { GuestContext } from "../core/context.ts";
import { type Descriptor, MapDescriptor } from "../core/descriptors.ts";

const ENTRY_WORDS = 4;
/** Larger numbers have no entry. A guest has fewer descriptors. */
const ENTRIES = 2048;
const ERRNO_AT = 32768;
const ERRNO_NUMBERS = 256;

/** Returns a memory with the guest's maps and with the numbers of errors; see map_elements.wat. It is kept up to date. */
export function mapNumbers({ descriptors }: GuestContext): WebAssembly.Memory {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const words = new Uint32Array(memory.buffer);
  const note = (fd: number, entry: Descriptor | undefined) => {
    if (fd < ENTRIES) words.set(numbersOf(entry), fd * ENTRY_WORDS);
  };
  for (const [fd, entry] of descriptors.entries()) note(fd, entry);
  descriptors.onChange(note);
  const errors = new Uint8Array(memory.buffer, ERRNO_AT, ERRNO_NUMBERS);
  for (let errno = 0; errno < ERRNO_NUMBERS; errno++) errors[errno] = wasiErrno(errno);
  return memory;
}

/** The kernel's descriptor and the bytes of key and element; 0 for all that JavaScript has to handle. */
function numbersOf(entry: Descriptor | undefined): [fd: number, keyBytes: number, elementBytes: number] {
  if (!(entry instanceof MapDescriptor) || !entry.map.isDirect) return [0, 0, 0];
  const { map } = entry;
  return [map.fd, map.keySize, map.elementBytes];
}
