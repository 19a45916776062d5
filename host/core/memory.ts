/**
 * Every access to a guest's bytes. The guest is hostile: each pointer and length is checked here, before anything is read.
 *
 * @module
 */

import { GuestError } from "../../errors/mod.ts";

declare const guestPtrBrand: unique symbol;

/** An address in a guest's linear memory: 0 to 2^32 - 1. */
export type GuestPtr = number & { readonly [guestPtrBrand]: true };

/** Bytes of a page of WebAssembly memory. */
export const WASM_PAGE_BYTES = 65536;

/** The longest string, in bytes without its NUL, that any import accepts. */
export const MAX_STRING_BYTES = 4096;

/** A wasm `i32` (or, from guests that declare pointers as `i64`, a BigInt) as an address. */
export function guestPtr(value: number | bigint): GuestPtr {
  // The brand's only constructor.
  return (typeof value === "bigint" ? Number(BigInt.asUintN(32, value)) : value >>> 0) as GuestPtr;
}

/** The guest passed a range that is not in its memory. Import wrappers turn it into EFAULT of their own errno space. */
export class MemoryFault extends RangeError {
  override readonly name = "MemoryFault";
}

/**
 * The guest's memory, with checked access.
 *
 * `view*` alias the guest's bytes and must not be kept across anything that may grow the memory (any call into the guest);
 * `read*` copy.
 */
export class GuestMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #onGrow: () => void;
  #bytes: Uint8Array<ArrayBuffer>;
  #data: DataView<ArrayBuffer>;
  readonly #decoder = new TextDecoder("utf-8", { ignoreBOM: true });

  /** @param onGrow called when the memory was seen to have grown, before anything is done with the new bytes. */
  constructor(memory: WebAssembly.Memory, onGrow: () => void = () => {}) {
    this.#memory = memory;
    this.#onGrow = onGrow;
    this.#bytes = new Uint8Array(bufferOf(memory));
    this.#data = new DataView(this.#bytes.buffer);
  }

  /** The buffer as it is now; growth detaches it. */
  get buffer(): ArrayBuffer {
    return this.bytes.buffer;
  }

  /** All bytes, as they are now. Cheap: a new view is made only after growth. */
  get bytes(): Uint8Array<ArrayBuffer> {
    this.look();
    return this.#bytes;
  }

  /** A DataView of all bytes, as they are now. WebAssembly is little-endian: pass `true` to each accessor. */
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

  /** Aliases `sizeBytes` bytes at `ptr`. @throws {MemoryFault} when the range is not in memory. */
  view(ptr: GuestPtr, sizeBytes: number): Uint8Array<ArrayBuffer> {
    this.check(ptr, sizeBytes);
    return this.#bytes.subarray(ptr, ptr + sizeBytes);
  }

  /** @throws {MemoryFault} when the range is not in memory. */
  check(ptr: GuestPtr, sizeBytes: number): void {
    if (!this.has(ptr, sizeBytes)) {
      throw new MemoryFault(`${sizeBytes} bytes at ${ptr} are outside the guest's ${this.sizeBytes} bytes`);
    }
  }

  /**
   * Reads a NUL-terminated UTF-8 string; malformed bytes become U+FFFD.
   *
   * @throws {MemoryFault} when no NUL is found within `maxBytes` bytes or before the end of memory.
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

  #refresh(): void {
    this.#bytes = new Uint8Array(bufferOf(this.#memory));
    this.#data = new DataView(this.#bytes.buffer);
    this.#onGrow();
  }
}

/** A guest with threads could change bytes between the check and the use of them, so shared memory is refused. */
function bufferOf(memory: WebAssembly.Memory): ArrayBuffer {
  const buffer = memory.buffer;
  if (!(buffer instanceof ArrayBuffer)) {
    throw new GuestError("invalid-module", "Cannot use shared memory: not supported");
  }
  return buffer;
}
