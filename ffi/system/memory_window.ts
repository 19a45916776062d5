/**
 * WebAssembly memories for native code.
 *
 * @module
 */

import { addressOf } from "./pointers.ts";

/**
 * A WebAssembly memory by the address of its first byte.
 *
 * V8 reserves the whole range that a memory may grow to, so the address normally stays the same. If that range is not available
 * (`ulimit -v`, an address space full of other memories), V8 reserves less, and growth beyond the reservation moves the memory.
 */
export interface MemoryWindow {
  /** The current address of the memory's first byte, read again each time. Callers must not keep it across a call of the guest. */
  readonly base: number;
}

/** A window on `memory`. Reading its base throws a TypeError when the memory is shared between threads. */
export function openWindow(memory: WebAssembly.Memory): MemoryWindow {
  return new Window(memory);
}

class Window implements MemoryWindow {
  readonly #memory: WebAssembly.Memory;

  constructor(memory: WebAssembly.Memory) {
    this.#memory = memory;
  }

  get base(): number {
    // Growth gives the memory a new buffer. The address is looked up once for each buffer.
    return addressOf(unshared(this.#memory));
  }
}

function unshared({ buffer }: WebAssembly.Memory): ArrayBuffer {
  if (buffer instanceof ArrayBuffer) return buffer;
  throw new TypeError("Cannot use shared memory: not supported");
}
