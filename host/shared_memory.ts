/**
 * Map memory that the guest shares with the kernel: mmapable arrays, and with them the `.bss` and `.data` of an object.
 *
 * The kernel's pages are mapped over the guest's memory, so that its plain loads and stores reach them with no call at all.
 * Where that cannot be (a memory whose base moved when it grew, or when a test asks for it) the bytes are copied instead, at
 * every import call: what the guest changed goes to the kernel, then all comes back.
 *
 * @module
 */

import type { BpfMap, Libc, MemoryWindow } from "../ffi/mod.ts";
import { arrayBytes, MappedArray, OverlaidArray, wholePages } from "../ffi/mapped_array.ts";
import type { GuestMemory, GuestPtr } from "./memory.ts";

/** How map memory reaches the guest. */
export type SharedMemoryMode = "map" | "copy";

/** One map's place in the guest's memory. */
interface Share extends Disposable {
  readonly map: BpfMap;
  readonly at: GuestPtr;
  readonly sizeBytes: number;
  /** Brings a copy up to date, both ways. Nothing to do where the page is one and the same. */
  sync?(memory: GuestMemory): void;
}

/** All that one guest shares. Disposing gives it its own memory back, with the bytes as they were last. */
export class SharedMemory implements Disposable {
  readonly #libc: Libc;
  readonly #shares: Share[] = [];
  #mode: SharedMemoryMode;

  constructor(libc: Libc, mode: SharedMemoryMode = "map") {
    this.#libc = libc;
    this.#mode = mode;
  }

  /** Whether there is anything for {@link sync} to do. */
  get copying(): boolean {
    return this.#mode === "copy" && this.#shares.length > 0;
  }

  /** Bytes, in whole pages, that the guest has to have free for `map`. */
  roomFor(map: BpfMap): number {
    return wholePages(this.#libc, arrayBytes(map));
  }

  /** Whether `sizeBytes` bytes at `at` touch memory that is shared already. */
  overlaps(at: GuestPtr, sizeBytes: number): boolean {
    return this.#shares.some((share) => at < share.at + share.sizeBytes && share.at < at + sizeBytes);
  }

  /**
   * Shares `map` at `at`. The caller has checked that {@link roomFor} bytes are there, free, and begin on a page.
   *
   * @throws {BpfError} what `mmap` said.
   */
  add(map: BpfMap, at: GuestPtr, memory: GuestMemory, window: MemoryWindow): void {
    const sizeBytes = this.roomFor(map);
    const share = this.#mode === "map"
      ? overlaid(map, at, sizeBytes, new OverlaidArray(this.#libc, map, window, at))
      : new CopiedArray(this.#libc, map, at, sizeBytes);
    this.#shares.push(share);
    share.sync?.(memory);
  }

  /** Ends the sharing of every map in `maps`. */
  remove(maps: readonly BpfMap[]): void {
    for (let i = this.#shares.length - 1; i >= 0; i--) {
      const share = this.#shares[i];
      if (share === undefined || !maps.includes(share.map)) continue;
      this.#shares.splice(i, 1);
      share[Symbol.dispose]();
    }
  }

  /** Brings copies up to date. Called around every import that may have waited. */
  sync(memory: GuestMemory): void {
    for (const share of this.#shares) share.sync?.(memory);
  }

  /**
   * The memory's base moved: the pages stayed behind, with V8's own copy of their bytes in the new place. From here on the
   * bytes are copied.
   */
  fallBackToCopies(memory: GuestMemory): void {
    this.#mode = "copy";
    const shares = this.#shares.splice(0);
    for (const { map, at, sizeBytes } of shares) this.#shares.push(new CopiedArray(this.#libc, map, at, sizeBytes));
    this.sync(memory);
  }

  [Symbol.dispose](): void {
    for (const share of this.#shares.splice(0)) share[Symbol.dispose]();
  }
}

function overlaid(map: BpfMap, at: GuestPtr, sizeBytes: number, array: OverlaidArray): Share {
  return { map, at, sizeBytes, [Symbol.dispose]: () => array[Symbol.dispose]() };
}

/** The bytes of an array, kept equal to the kernel's by copying. */
class CopiedArray implements Share {
  readonly map: BpfMap;
  readonly at: GuestPtr;
  readonly sizeBytes: number;
  readonly #array: MappedArray;
  /** What both sides had when they were last made equal. */
  readonly #last: Uint8Array;
  #fresh = true;

  constructor(libc: Libc, map: BpfMap, at: GuestPtr, sizeBytes: number) {
    this.map = map;
    this.at = at;
    this.sizeBytes = sizeBytes;
    this.#array = new MappedArray(libc, map);
    this.#last = new Uint8Array(this.#array.bytes.length);
  }

  sync(memory: GuestMemory): void {
    const kernel = this.#array.bytes;
    const guest = memory.view(this.at, kernel.length);
    // Byte for byte: only what the guest itself stored may overwrite what the kernel counts in the same array.
    if (!this.#fresh) {
      for (let i = 0; i < kernel.length; i++) {
        const byte = guest[i] ?? 0;
        if (byte !== this.#last[i]) kernel[i] = byte;
      }
    }
    this.#fresh = false;
    guest.set(kernel);
    this.#last.set(guest);
  }

  [Symbol.dispose](): void {
    this.#array[Symbol.dispose]();
  }
}
