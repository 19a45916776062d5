/**
 * Memories for the pump.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { type AddressBits, WASM_PAGE_BYTES } from "../core/memory.ts";

/** The largest WebAssembly memory with 32-bit addresses: 4 GiB, in pages of 64 KiB. Pumps need no larger one. */
const MAX_WASM_PAGES = 65536;

/** A memory that never grows, and its bytes. */
export interface FixedMemory {
  readonly memory: WebAssembly.Memory;
  readonly buffer: ArrayBuffer;
}

/**
 * A memory that never grows.
 *
 * @param options.mapName for the error.
 * @param options.addressBits the width of its addresses.
 * @throws {BpfError} E2BIG when no memory can have `sizeBytes`; ENOMEM.
 */
export function fixedMemory(
  sizeBytes: number,
  { mapName, addressBits = 32 }: { mapName: string; addressBits?: AddressBits | undefined },
): FixedMemory {
  const pages = Math.ceil(sizeBytes / WASM_PAGE_BYTES);
  const operation = { operation: "map", kind: "buffer", subject: mapName } as const;
  if (pages > MAX_WASM_PAGES) throw new BpfError(operation, LINUX_ERRNO.E2BIG);
  let memory;
  try {
    memory = newMemory(pages, addressBits);
  } catch (cause) {
    throw new BpfError(operation, LINUX_ERRNO.ENOMEM, { cause });
  }
  const buffer = memory.buffer;
  if (buffer instanceof ArrayBuffer) return { memory, buffer };
  throw new TypeError("Unexpected shared memory");
}

function newMemory(pages: number, addressBits: AddressBits): WebAssembly.Memory {
  if (addressBits === 32) return new WebAssembly.Memory({ initial: pages, maximum: pages });
  // The declarations of WebAssembly do not know this descriptor yet.
  const descriptor = { address: "i64", initial: BigInt(pages), maximum: BigInt(pages) };
  const memory: unknown = Reflect.construct(WebAssembly.Memory, [descriptor]);
  if (memory instanceof WebAssembly.Memory) return memory;
  throw new TypeError("Unexpected result of WebAssembly.Memory()");
}
