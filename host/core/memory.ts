/**
 * Every access to a guest's bytes. Pointers and lengths of a guest may be hostile, so they are checked here before each access.
 *
 * @module
 */

import { GuestError } from "../../errors/mod.ts";
import type { AddressBits } from "../../wasm/sections.ts";

export type { AddressBits };

declare const guestPtrBrand: unique symbol;

/** An address in a guest's memory: 0 to 2^32 - 1, or to 2^53 - 1 in a memory with 64-bit addresses. */
export type GuestPtr = number & { readonly [guestPtrBrand]: true };

/** Bytes of a page of WebAssembly memory. */
export const WASM_PAGE_BYTES = 65536;

/** JavaScript's numbers are exact up to here. */
const MAX_ADDRESS = 2 ** 53;
const TWO_32 = 2 ** 32;

/** The longest string, in bytes without its NUL, that any import accepts. */
export const MAX_STRING_BYTES = 4096;

/** A pointer or a size as WebAssembly passes it: a number for `i32`, signed or not, a BigInt for `i64`. */
export type WasmPtr = number | bigint;

/**
 * Converts a pointer from WebAssembly to an address.
 *
 * With 32-bit addresses, an `i64` is cut to its lowest 32 bits, because some guests of wasm32 declare pointers as `i64`.
 *
 * @param bits the width of the memory's addresses.
 * @throws {MemoryFault} for a 64-bit address from 2^53, where no memory can be.
 */
export function guestPtr(value: WasmPtr, bits: AddressBits = 32): GuestPtr {
  if (typeof value === "number") return branded(value >>> 0);
  if (bits === 32) return branded(Number(BigInt.asUintN(32, value)));
  const address = Number(value);
  // WebAssembly's `i64` is signed for JavaScript, so addresses from 2^63 are negative. Numbers above 2^53 are not exact.
  if (address >= 0 && address < MAX_ADDRESS) return branded(address);
  throw new MemoryFault(`no memory has an address ${BigInt.asUintN(64, value)}`);
}

function branded(address: number): GuestPtr {
  // The brand's only constructor.
  return address as GuestPtr;
}

/** Converts a size from WebAssembly. It is not exact above 2^53, but no memory has that many bytes. */
export function guestSize(value: WasmPtr): number {
  if (typeof value === "number") return value >>> 0;
  const size = Number(value);
  return size >= 0 ? size : Number(BigInt.asUintN(64, value));
}

/** The guest passed a range that is not in its memory. The guard turns it into EFAULT. */
export class MemoryFault extends RangeError {
  override readonly name = "MemoryFault";
}

/**
 * The guest's memory, with checked access.
 *
 * Methods `view*` alias the guest's bytes; do not keep the result across anything that may grow the memory, such as a call into the
 * guest. Methods `read*` copy.
 */
export class GuestMemory {
  /** The width of addresses. Pointers and sizes in the guest's memory have the same width. */
  readonly addressBits: AddressBits;
  /** The bytes of a pointer or size in the guest's memory: 4 or 8. */
  readonly pointerBytes: number;
  readonly #memory: WebAssembly.Memory;
  readonly #onGrow: () => void;
  #bytes: Uint8Array<ArrayBuffer>;
  #data: DataView<ArrayBuffer>;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /**
   * @param options.addressBits the width of the memory's addresses; 32 by default.
   * @param options.onGrow called when growth was detected, before the new bytes are used.
   */
  constructor(memory: WebAssembly.Memory, options: { addressBits?: AddressBits; onGrow?: () => void } = {}) {
    const { addressBits = 32, onGrow = () => {} } = options;
    this.addressBits = addressBits;
    this.pointerBytes = addressBits / 8;
    this.#memory = memory;
    this.#onGrow = onGrow;
    this.#bytes = new Uint8Array(bufferOf(memory));
    this.#data = new DataView(this.#bytes.buffer);
  }

  /** The current buffer. Growth detaches it. */
  get buffer(): ArrayBuffer {
    return this.bytes.buffer;
  }

  /** The current bytes. This is cheap: a new view is made only after growth. */
  get bytes(): Uint8Array<ArrayBuffer> {
    this.look();
    return this.#bytes;
  }

  /** A DataView of the current bytes. WebAssembly is little-endian: pass `true` to each accessor. */
  get data(): DataView<ArrayBuffer> {
    this.look();
    return this.#data;
  }

  /** Detects growth. This is cheap: growth detaches the buffer, so the length of the last view becomes 0. */
  look(): void {
    if (this.#bytes.length === 0) this.#refresh();
  }

  get sizeBytes(): number {
    return this.bytes.length;
  }

  /** True when `sizeBytes` bytes at `ptr` lie in memory. */
  has(ptr: GuestPtr, sizeBytes: number): boolean {
    const size = this.sizeBytes;
    return sizeBytes <= size && ptr <= size - sizeBytes;
  }

  /** Aliases `sizeBytes` bytes at `ptr`. @throws {MemoryFault} if the range is not in memory. */
  view(ptr: GuestPtr, sizeBytes: number): Uint8Array<ArrayBuffer> {
    this.check(ptr, sizeBytes);
    return this.#bytes.subarray(ptr, ptr + sizeBytes);
  }

  /** @throws {MemoryFault} if the range is not in memory. */
  check(ptr: GuestPtr, sizeBytes: number): void {
    if (!this.has(ptr, sizeBytes)) {
      throw new MemoryFault(`${sizeBytes} bytes at ${ptr} are outside the guest's ${this.sizeBytes} bytes`);
    }
  }

  /**
   * Reads a NUL-terminated UTF-8 string. Malformed bytes become U+FFFD.
   *
   * @throws {MemoryFault} if no NUL is found within `maxBytes` bytes or before the end of memory.
   */
  readCString(ptr: GuestPtr, maxBytes: number = MAX_STRING_BYTES): string {
    const bytes = this.bytes;
    this.check(ptr, 1);
    const end = bytes.indexOf(0, ptr);
    if (end < 0 || end - ptr > maxBytes) throw new MemoryFault(`no NUL within ${maxBytes} bytes at ${ptr}`);
    return this.#decoder.decode(bytes.subarray(ptr, end));
  }

  /** Reads `sizeBytes` bytes as UTF-8. @throws {MemoryFault} */
  readString(ptr: GuestPtr, sizeBytes: number): string {
    return this.#decoder.decode(this.view(ptr, sizeBytes));
  }

  /**
   * The pointer or size at `ptr`, which the caller has checked. Values above 2^53 are not exact, but lie outside every memory.
   *
   * Two halves of 32 bits are faster than a BigInt.
   */
  readPointer(ptr: number): GuestPtr {
    const { data } = this;
    const low = data.getUint32(ptr, true);
    return branded(this.addressBits === 32 ? low : data.getUint32(ptr + 4, true) * TWO_32 + low);
  }

  /** Writes a pointer or size at `ptr`, which the caller has checked. @param value 0 to 2^53. */
  writePointer(ptr: number, value: number): void {
    const { data } = this;
    data.setUint32(ptr, value, true);
    if (this.addressBits === 64) data.setUint32(ptr + 4, value / TWO_32, true);
  }

  /**
   * Adds zero bytes, of which the guest's allocator has no record.
   *
   * @returns their address, a multiple of the page size; undefined if the memory cannot grow.
   */
  grow(sizeBytes: number): GuestPtr | undefined {
    const pages = Math.ceil(sizeBytes / WASM_PAGE_BYTES);
    const at = this.sizeBytes;
    try {
      // The parameter has the width of addresses, which TypeScript's declaration does not say.
      Reflect.apply(this.#memory.grow, this.#memory, [this.addressBits === 64 ? BigInt(pages) : pages]);
    } catch (error) {
      if (error instanceof RangeError) return undefined;
      throw error;
    }
    return branded(at);
  }

  #refresh(): void {
    this.#bytes = new Uint8Array(bufferOf(this.#memory));
    this.#data = new DataView(this.#bytes.buffer);
    this.#onGrow();
  }
}

/** Shared memory is refused, because another thread of the guest could change bytes between the check and the use of them. */
function bufferOf(memory: WebAssembly.Memory): ArrayBuffer {
  const buffer = memory.buffer;
  if (!(buffer instanceof ArrayBuffer)) {
    throw new GuestError("invalid-module", "Cannot use shared memory: not supported");
  }
  return buffer;
}
