/**
 * Map memory that the guest shares with the kernel: mmapable arrays, which include the `.bss` and `.data` of an object.
 *
 * The kernel's pages are mapped over the guest's memory, so that plain loads and stores reach them without a call. If that is not
 * possible (the memory moved when it grew, or a test chose copies), the bytes are copied at every import call: the guest's changes are
 * written to the kernel, then all bytes are read back.
 *
 * @module
 */

import type { MemoryWindow, SystemCalls } from "../../ffi/mod.ts";
import { arrayBytes, MappedArray, OverlaidArray, wholePages } from "../../ffi/libbpf/mapped_array.ts";
import type { Admission } from "./admission.ts";
import type { GuestMap } from "./guest_map.ts";
import type { GuestMemory, GuestPtr } from "./memory.ts";

/** The way in which map memory is shared with the guest. */
export type SharedMemoryMode = "map" | "copy";

/** A guest's memory, for WebAssembly and for native code. */
export interface SharingGuest {
  readonly memory: GuestMemory;
  readonly window: MemoryWindow;
}

/** All shared memory of one guest. Disposing replaces it with the guest's own memory, which keeps the last bytes. */
export class SharedMemory implements Disposable {
  readonly #calls: SystemCalls;
  readonly #admission: Admission;
  readonly #mode: SharedMemoryMode;
  readonly #shares: Share[] = [];
  readonly #listeners: (() => void)[] = [];
  #guest: SharingGuest | undefined;
  #hasCopies: boolean;

  constructor(calls: SystemCalls, admission: Admission, mode: SharedMemoryMode = "map") {
    this.#calls = calls;
    this.#admission = admission;
    this.#mode = mode;
    this.#hasCopies = mode === "copy";
  }

  /** True if {@link sync} has bytes to copy. */
  get copying(): boolean {
    if (this.#shares.length === 0) return false;
    // The guest may have grown its memory in a callback. look() detects growth, and calls follow().
    this.#guest?.memory.look();
    return this.#hasCopies;
  }

  /** The bytes that the guest must reserve for `map`, in whole pages. */
  roomFor(map: GuestMap): number {
    return wholePages(this.#calls, arrayBytes(map));
  }

  /** True if `sizeBytes` bytes at `at` overlap memory that is already shared. */
  overlaps(at: GuestPtr, sizeBytes: number): boolean {
    return this.#shares.some((share) => at < share.at + share.sizeBytes && share.at < at + sizeBytes);
  }

  /**
   * Shares `map` at `at`. The caller has checked that {@link roomFor} bytes lie there, are free, and begin on a page.
   *
   * @throws {BpfError} EPERM if the policy refuses; EMFILE if the guest shares too many maps; the errno of `mmap`.
   */
  add(map: GuestMap, at: GuestPtr, guest: SharingGuest): void {
    this.#guest = guest;
    map.checkFullAccess();
    const share = this.#admission.admit(
      { kind: "share", map },
      [{ allowance: this.#admission.allowances.shares }],
      () => new Share(this.#calls, map, at, { guest, mode: this.#mode }),
    );
    this.#shares.push(share);
    if (this.#hasCopies) this.#tellListeners();
  }

  /** Ends the sharing of every map in `maps`. */
  remove(maps: readonly GuestMap[]): void {
    for (let i = this.#shares.length - 1; i >= 0; i--) {
      const share = this.#shares[i];
      if (share === undefined || !maps.includes(share.map)) continue;
      this.#shares.splice(i, 1);
      share[Symbol.dispose]();
      this.#admission.allowances.shares.give();
    }
  }

  /** Brings copies up to date. The guard calls it around imports. */
  sync(): void {
    for (const share of this.#shares) share.sync();
  }

  /** Continues with copies if the memory has moved. Called after every detected growth. */
  follow(): void {
    let moved = false;
    for (const share of this.#shares) {
      if (share.follow()) moved = true;
    }
    if (!moved) return;
    this.#hasCopies = true;
    this.#tellListeners();
  }

  /** Adds a function that is called when {@link SharedMemory.copying} may have become true. */
  onCopying(listener: () => void): void {
    this.#listeners.push(listener);
  }

  #tellListeners(): void {
    for (const listener of this.#listeners) listener();
  }

  [Symbol.dispose](): void {
    for (const share of this.#shares.splice(0)) share[Symbol.dispose]();
  }
}

/** A map at its place in the guest's memory. */
class Share implements Disposable {
  readonly map: GuestMap;
  readonly at: GuestPtr;
  readonly sizeBytes: number;
  readonly #guest: SharingGuest;
  /** A second mapping of the kernel's pages, outside the guest. It exists from the start, since mapping at a move could fail. */
  readonly #kernel: MappedArray;
  /** The kernel's pages in the guest's memory; undefined when the bytes are copied. */
  #overlay: OverlaidArray | undefined;
  /** The bytes of both sides after the last synchronisation. Used only for copies. */
  #last = new Uint8Array();

  constructor(
    calls: SystemCalls,
    map: GuestMap,
    at: GuestPtr,
    options: { guest: SharingGuest; mode: SharedMemoryMode },
  ) {
    const { guest, mode } = options;
    this.map = map;
    this.at = at;
    this.#guest = guest;
    using stack = new DisposableStack();
    this.#kernel = stack.use(new MappedArray(calls, map));
    this.sizeBytes = this.#kernel.bytes.length;
    if (mode === "map") this.#overlay = new OverlaidArray(calls, map, guest.window, at);
    else {
      this.#last = this.#kernel.bytes.slice();
      this.#view().set(this.#last);
    }
    stack.move();
  }

  /**
   * Continues with copies if the memory has moved.
   *
   * Bytes that then differ between the guest and the kernel were stored by one of them since the move, but it is unknown by which. The
   * guest's byte is kept, since its next load must read what it stored. Changes by BPF programs since the move are lost.
   *
   * @returns true when the memory has moved.
   */
  follow(): boolean {
    if (this.#overlay === undefined || !this.#overlay.isGone) return false;
    this.#overlay = undefined;
    this.#last = this.#kernel.bytes.slice();
    this.sync();
    return true;
  }

  /** Updates a copy in both directions. */
  sync(): void {
    if (this.#overlay !== undefined) return;
    const kernel = this.#kernel.bytes;
    const guest = this.#view();
    // Byte for byte: only bytes that the guest changed may overwrite those of the kernel, which may count in the same array.
    for (let i = 0; i < kernel.length; i++) {
      const byte = guest[i] ?? 0;
      if (byte !== this.#last[i]) kernel[i] = byte;
    }
    guest.set(kernel);
    this.#last.set(guest);
  }

  #view(): Uint8Array<ArrayBuffer> {
    return this.#guest.memory.view(this.at, this.sizeBytes);
  }

  [Symbol.dispose](): void {
    this.follow();
    if (this.#overlay === undefined) this.sync();
    else {
      this.#overlay[Symbol.dispose]();
      this.#view().set(this.#kernel.bytes);
    }
    this.#kernel[Symbol.dispose]();
  }
}
