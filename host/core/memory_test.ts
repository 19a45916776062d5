import { assertEquals, assertNotEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { GuestError } from "../../errors/mod.ts";
import { GuestMemory, guestPtr, MAX_STRING_BYTES, MemoryFault } from "./memory.ts";

const PAGE = 65536;

function memoryOf(pages: number): { wasm: WebAssembly.Memory; memory: GuestMemory } {
  const wasm = new WebAssembly.Memory({ initial: pages });
  return { wasm, memory: new GuestMemory(wasm) };
}

Deno.test("guestPtr() takes signed numbers and BigInts as addresses of 32 bits", () => {
  assertEquals<number>(guestPtr(-1), 0xffff_ffff);
  assertEquals<number>(guestPtr(-2147483648), 0x8000_0000);
  assertEquals<number>(guestPtr(5n), 5);
  assertEquals<number>(guestPtr(-1n), 0xffff_ffff);
  assertEquals<number>(guestPtr((1n << 32n) + 7n), 7);
});

Deno.test("guestPtr() keeps 64-bit addresses, and refuses those above 2^53", () => {
  assertEquals<number>(guestPtr(5n, 64), 5);
  assertEquals<number>(guestPtr((1n << 32n) + 7n, 64), 2 ** 32 + 7);
  assertEquals<number>(guestPtr(1n << 53n, 64), 2 ** 53);
  for (const beyond of [(1n << 53n) + 1n, -1n, -(1n << 63n)]) {
    assertThrows(() => guestPtr(beyond, 64), MemoryFault, "no memory has an address");
  }
  const { memory } = memoryOf(1);
  assertEquals(memory.has(guestPtr(1n << 53n, 64), 8), false);
});

Deno.test("GuestMemory.has() checks the whole range without overflow", () => {
  const { memory } = memoryOf(1);
  for (const [at, size] of [[0, 0], [0, PAGE], [PAGE, 0], [PAGE - 1, 1], [100, 100]] as const) {
    assertEquals(memory.has(guestPtr(at), size), true, `${size} at ${at}`);
  }
  for (
    const [at, size] of [
      [0, PAGE + 1],
      [1, PAGE],
      [PAGE, 1],
      [PAGE + 1, 0],
      [-1, 0],
      [-1, 1],
      [-4, 8],
      [0xffff_fff0, 0x20],
      [0, 0xffff_ffff],
      [0x8000_0000, 0x8000_0000],
    ] as const
  ) assertEquals(memory.has(guestPtr(at), size), false, `${size} at ${at}`);
});

Deno.test("GuestMemory detects growth, and reports it once", () => {
  let told = 0;
  const wasm = new WebAssembly.Memory({ initial: 1 });
  const memory = new GuestMemory(wasm, () => told++);
  assertThrows(() => memory.view(guestPtr(PAGE), 1), MemoryFault);
  wasm.grow(1);
  assertEquals(memory.view(guestPtr(PAGE), PAGE).length, PAGE);
  memory.data.setUint32(2 * PAGE - 4, 7, true);
  assertEquals([memory.sizeBytes, memory.bytes[2 * PAGE - 4], told], [2 * PAGE, 7, 1]);
  assertStrictEquals(memory.buffer, wasm.buffer);
});

Deno.test("GuestMemory of no page has nothing until it grows", () => {
  const { wasm, memory } = memoryOf(0);
  assertEquals([memory.has(guestPtr(0), 0), memory.has(guestPtr(0), 1)], [true, false]);
  wasm.grow(1);
  assertEquals(memory.has(guestPtr(0), PAGE), true);
});

Deno.test("GuestMemory.view() aliases", () => {
  const { wasm, memory } = memoryOf(1);
  memory.view(guestPtr(8), 4).set([1, 2, 3, 4]);
  assertEquals([...new Uint8Array(wasm.buffer, 8, 4)], [1, 2, 3, 4]);
  assertNotEquals(memory.view(guestPtr(8), 4), memory.view(guestPtr(9), 4));
});

Deno.test("GuestMemory.readCString() needs a NUL within its limit and within memory", () => {
  const { wasm, memory } = memoryOf(1);
  const bytes = new Uint8Array(wasm.buffer);
  bytes.set(new TextEncoder().encode("grün\0"), 10);
  assertEquals(memory.readCString(guestPtr(10)), "grün");
  assertEquals(memory.readCString(guestPtr(0)), "");
  bytes.fill(97);
  for (const at of [0, PAGE - 1, PAGE, -1]) assertThrows(() => memory.readCString(guestPtr(at)), MemoryFault);
  bytes[MAX_STRING_BYTES] = 0;
  assertEquals(memory.readCString(guestPtr(0)).length, MAX_STRING_BYTES);
  bytes[MAX_STRING_BYTES] = 97;
  bytes[MAX_STRING_BYTES + 1] = 0;
  assertThrows(() => memory.readCString(guestPtr(0)), MemoryFault);
  bytes[PAGE - 1] = 0;
  assertEquals(memory.readCString(guestPtr(PAGE - 1)), "");
});

Deno.test("GuestMemory.readCString() accepts malformed UTF-8, and keeps a byte order mark", () => {
  const { wasm, memory } = memoryOf(1);
  new Uint8Array(wasm.buffer).set([0xff, 0xfe, 0x61, 0], 0);
  assertEquals(memory.readCString(guestPtr(0)), "\ufffd\ufffda");
  new Uint8Array(wasm.buffer).set([0xef, 0xbb, 0xbf, 0x61, 0], 0);
  assertEquals(memory.readCString(guestPtr(0)), "\ufeffa");
});

Deno.test("GuestMemory.readString() reads the given size, including NULs", () => {
  const { wasm, memory } = memoryOf(1);
  new Uint8Array(wasm.buffer).set([97, 0, 98], 0);
  assertEquals(memory.readString(guestPtr(0), 3), "a\0b");
  assertThrows(() => memory.readString(guestPtr(PAGE - 1), 2), MemoryFault);
});

Deno.test("GuestMemory refuses memory that other threads share", () => {
  const wasm = new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true });
  assertThrows(() => new GuestMemory(wasm), GuestError, "shared");
});
