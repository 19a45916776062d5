/**
 * Memories and tables of both widths, whose constructors TypeScript's library declares only for 32 bits.
 *
 * @module
 */

import type { AddressBits } from "../../host/core/memory.ts";

/** A memory of `pages` pages with addresses of `addressBits`. */
export function makeMemory({ pages, addressBits }: { pages: number; addressBits: AddressBits }): WebAssembly.Memory {
  if (addressBits === 32) return new WebAssembly.Memory({ initial: pages });
  const made: unknown = Reflect.construct(WebAssembly.Memory, [{ address: "i64", initial: BigInt(pages) }]);
  if (!(made instanceof WebAssembly.Memory)) throw new TypeError("no memory");
  return made;
}

/** Grows a memory of either width by `pages`. */
export function growMemory(
  memory: WebAssembly.Memory,
  { pages, addressBits }: { pages: number; addressBits: AddressBits },
): void {
  Reflect.apply(WebAssembly.Memory.prototype.grow, memory, [addressBits === 64 ? BigInt(pages) : pages]);
}
