/**
 * Maps the elements of an array with `BPF_F_MMAPABLE` (Linux 5.5), such as `.bss` and `.data`, into this process. The pages are
 * writable and shared with the kernel. They lie over a WebAssembly memory or anywhere else.
 *
 * V8 makes the whole range of a memory writable when it grows the memory. So writable pages may lie in a memory that grows, and
 * read-only pages may not: see `mapped_pages.ts`.
 *
 * @module
 */

import { BpfError, type Operation } from "../../errors/mod.ts";
import { MMAP } from "../system/linux_numbers.ts";
import { mapFresh, mapMemory, unmapMemory } from "../system/memory_map.ts";
import type { MemoryWindow } from "../system/memory_window.ts";
import { address, NULL } from "../system/pointers.ts";
import type { SystemCalls } from "../system/system_calls.ts";
import type { BpfMap } from "./interfaces/mod.ts";

/** The properties of a map that a mapping uses. */
type ArrayMap = Pick<BpfMap, "fd" | "name" | "valueSize" | "maxEntries">;

/** The size of an array's elements in its pages. The size of each is rounded up to 8 bytes (kernel/bpf/arraymap.c). */
export function arrayBytes(map: Pick<BpfMap, "valueSize" | "maxEntries">): number {
  return Math.ceil(map.valueSize / 8) * 8 * map.maxEntries;
}

/**
 * The pages of an array over a part of a WebAssembly memory. Loads and stores there access the kernel's memory.
 *
 * When the memory moves, V8 copies its bytes to the new place and unmaps the whole old range at once, including these pages
 * (observed with Deno 2.6.10 and 2.9.8). The kernel may soon reuse the old addresses for other memory of this process. So this
 * code never touches the addresses of an overlay after its memory has moved.
 */
export class OverlaidArray implements Disposable {
  readonly #calls: SystemCalls;
  readonly #window: MemoryWindow;
  readonly #base: number;
  readonly #at: number;
  readonly #sizeBytes: number;
  #disposed = false;

  /**
   * @param at an offset into the memory, a multiple of the page size. The caller has checked that the range of {@link arrayBytes},
   * rounded up to whole pages, is in the memory.
   * @throws {BpfError} with the errno of `mmap`: EPERM for a frozen map, EINVAL or ENOTSUPP for a map that is not mmapable.
   */
  constructor(calls: SystemCalls, map: ArrayMap, window: MemoryWindow, at: number) {
    this.#calls = calls;
    this.#window = window;
    this.#base = window.base;
    this.#at = at;
    this.#sizeBytes = wholePages(calls, arrayBytes(map));
    const result = mapShared(calls, map, this.#base + at, this.#sizeBytes);
    if (result < 0) throw new BpfError(mapOperation(map.name, `"${map.name}" over guest memory`), result);
  }

  /** True when the memory has moved and these pages no longer belong to it. */
  get isGone(): boolean {
    return this.#window.base !== this.#base;
  }

  /** Replaces these pages with zero pages of the guest, unless the memory has moved. */
  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    if (!this.isGone) mapFresh(this.#calls, address(this.#base + this.#at), this.#sizeBytes);
  }
}

/** The pages of an array anywhere in this process. {@link bytes} must not be used after disposing. */
export class MappedArray implements Disposable {
  /** The elements, and the rest of the last page. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly #calls: SystemCalls;
  readonly #address: number;
  readonly #sizeBytes: number;
  #disposed = false;

  /** @throws {BpfError} with the errno of `mmap`. */
  constructor(calls: SystemCalls, map: ArrayMap) {
    this.#calls = calls;
    this.#sizeBytes = wholePages(calls, arrayBytes(map));
    this.#address = mapShared(calls, map, 0, this.#sizeBytes);
    if (this.#address < 0) throw new BpfError(mapOperation(map.name, `"${map.name}"`), this.#address);
    this.bytes = viewOf(this.#address, this.#sizeBytes);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    unmapMemory(this.#calls, address(this.#address), this.#sizeBytes);
  }
}

/** `sizeBytes` rounded up to whole pages of the machine. */
export function wholePages(calls: SystemCalls, sizeBytes: number): number {
  const page = calls.pageSizeBytes;
  return Math.ceil(sizeBytes / page) * page;
}

function mapOperation(name: string, words: string): Operation {
  return { operation: "map", kind: "map", subject: name, words };
}

function mapShared(calls: SystemCalls, map: ArrayMap, at: number, sizeBytes: number): number {
  const flags = MMAP.SHARED | (at === 0 ? 0 : MMAP.FIXED);
  const protection = MMAP.PROT_READ | MMAP.PROT_WRITE;
  return mapMemory(calls, at === 0 ? NULL : address(at), sizeBytes, { protection, flags, fd: map.fd });
}

function viewOf(at: number, sizeBytes: number): Uint8Array<ArrayBuffer> {
  const pointer = Deno.UnsafePointer.create(BigInt(at));
  if (pointer === null) throw new TypeError("Cannot view memory at the null address");
  return new Uint8Array(Deno.UnsafePointerView.getArrayBuffer(pointer, sizeBytes));
}
