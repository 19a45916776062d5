/** Overlays on a file instead of a map, which needs no privilege: mmap treats both alike. */

import { assertEquals } from "@std/assert";
import { openWindow } from "../system/memory_window.ts";
import { openSystem } from "../system/system.ts";
import type { SystemCalls } from "../system/system_calls.ts";
import { MappedArray, OverlaidArray } from "./mapped_array.ts";

const AT = 65536;
const O_RDWR = 2;

/** A file of one page that stands for an array of 8 elements, and its path. */
class FileArray implements Disposable {
  readonly name = "file";
  readonly valueSize = 8;
  readonly maxEntries = 8;
  readonly calls: SystemCalls;
  readonly fd: number;
  readonly #stack = new DisposableStack();
  readonly #path = Deno.makeTempFileSync();

  constructor() {
    Deno.writeFileSync(this.#path, new Uint8Array(65536));
    this.#stack.defer(() => Deno.removeSync(this.#path));
    this.calls = this.#stack.use(openSystem()).calls;
    this.fd = this.calls.open(this.#path, O_RDWR);
    this.#stack.defer(() => this.calls.close(this.fd));
  }

  get firstByte(): number | undefined {
    return Deno.readFileSync(this.#path)[0];
  }

  [Symbol.dispose](): void {
    this.#stack[Symbol.dispose]();
  }
}

Deno.test("OverlaidArray returns private pages to the guest when it is disposed", () => {
  using file = new FileArray();
  const memory = new WebAssembly.Memory({ initial: 4 });
  const overlay = new OverlaidArray(file.calls, file, openWindow(memory), AT);
  new Uint8Array(memory.buffer)[AT] = 1;
  assertEquals([file.firstByte, overlay.isGone], [1, false]);
  overlay[Symbol.dispose]();
  assertEquals(new Uint8Array(memory.buffer)[AT], 0);
  new Uint8Array(memory.buffer)[AT] = 2;
  assertEquals(file.firstByte, 1);
});

Deno.test("OverlaidArray does not touch its addresses after the memory has moved", () => {
  using file = new FileArray();
  // The test keeps the old place mapped, so that it sees every change there.
  const [before, after] = [new WebAssembly.Memory({ initial: 4 }), new WebAssembly.Memory({ initial: 4 })];
  let now = before;
  const window = {
    get base() {
      return openWindow(now).base;
    },
  };
  const overlay = new OverlaidArray(file.calls, file, window, AT);
  now = after;
  assertEquals(overlay.isGone, true);
  overlay[Symbol.dispose]();
  new Uint8Array(before.buffer)[AT] = 3;
  assertEquals(file.firstByte, 3);
});

Deno.test("MappedArray shows whole pages", () => {
  using file = new FileArray();
  using mapped = new MappedArray(file.calls, file);
  assertEquals(mapped.bytes.length, file.calls.pageSizeBytes);
  mapped.bytes[0] = 4;
  assertEquals(file.firstByte, 4);
});
