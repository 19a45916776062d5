import { assertEquals, assertNotEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { GuestError } from "../../errors/mod.ts";
import { growMemory, makeMemory } from "../../tests/doubles/memory.ts";
import { GuestMemory, guestPtr, guestSize, MAX_STRING_BYTES, MemoryFault } from "./memory.ts";

const PAGE = 65536;

function memoryOf(pages: number): { wasm: WebAssembly.Memory; memory: GuestMemory } {
  const wasm = new WebAssembly.Memory({ initial: pages });
  return { wasm, memory: new GuestMemory(wasm) };
}

function memoryOf64(pages: number): { wasm: WebAssembly.Memory; memory: GuestMemory } {
  const wasm = makeMemory({ pages, addressBits: 64 });
  return { wasm, memory: new GuestMemory(wasm, { addressBits: 64 }) };
}

Deno.test("guestPtr() takes signed numbers and BigInts as addresses of 32 bits", () => {
  assertEquals<number>(guestPtr(-1), 0xffff_ffff);
  assertEquals<number>(guestPtr(-2147483648), 0x8000_0000);
  assertEquals<number>(guestPtr(5n), 5);
  assertEquals<number>(guestPtr(-1n), 0xffff_ffff);
  assertEquals<number>(guestPtr((1n << 32n) + 7n), 7);
});

Deno.test("guestPtr() keeps 64-bit addresses, and refuses those from 2^53", () => {
  assertEquals<number>(guestPtr(5n, 64), 5);
  assertEquals<number>(guestPtr((1n << 32n) + 7n, 64), 2 ** 32 + 7);
  assertEquals<number>(guestPtr((1n << 53n) - 1n, 64), 2 ** 53 - 1);
  for (const beyond of [1n << 53n, (1n << 53n) + 1n, 1n << 62n, (1n << 63n) - 1n, 1n << 63n, -1n, -(1n << 63n)]) {
    const address = `${BigInt.asUintN(64, beyond)}`;
    assertThrows(() => guestPtr(beyond, 64), MemoryFault, `no memory has an address ${address}`);
  }
  const { memory } = memoryOf64(1);
  for (const at of [BigInt(PAGE), 1n << 32n, (1n << 32n) + 8n, (1n << 53n) - 1n, (1n << 53n) - 8n]) {
    assertEquals([memory.has(guestPtr(at, 64), 8), memory.has(guestPtr(at, 64), 1)], [false, false], `${at}`);
  }
});

Deno.test("guestSize() takes sizes of both widths as unsigned", () => {
  assertEquals([guestSize(5), guestSize(-1), guestSize(-2147483648)], [5, 0xffff_ffff, 0x8000_0000]);
  assertEquals([guestSize(5n), guestSize(1n << 32n), guestSize(-1n)], [5, 2 ** 32, 2 ** 64]);
  const { memory } = memoryOf64(1);
  for (const size of [-1n, -8n, 1n << 63n, 1n << 53n, 1n << 32n, BigInt(PAGE) + 1n]) {
    assertEquals(memory.has(guestPtr(0n, 64), guestSize(size)), false, `${size}`);
  }
  assertEquals(memory.has(guestPtr(8n, 64), guestSize(BigInt(PAGE) - 8n)), true);
});

Deno.test("GuestMemory reads and writes pointers in its width", () => {
  for (const { memory } of [memoryOf(1), memoryOf64(1)]) {
    const { pointerBytes } = memory;
    assertEquals(pointerBytes, memory.addressBits / 8);
    memory.bytes.fill(0xee, 0, 32);
    memory.writePointer(8, 0xfedc_ba98);
    assertEquals<number[]>([memory.readPointer(8), memory.data.getUint32(8, true)], [0xfedc_ba98, 0xfedc_ba98]);
    assertEquals([memory.bytes[7], memory.bytes[8 + pointerBytes]], [0xee, 0xee]);
  }
  const { memory } = memoryOf64(1);
  memory.writePointer(16, 2 ** 53 - 1);
  assertEquals<unknown[]>([memory.data.getBigUint64(16, true), memory.readPointer(16)], [
    (1n << 53n) - 1n,
    2 ** 53 - 1,
  ]);
  memory.data.setBigUint64(16, (1n << 64n) - 1n, true);
  assertEquals(memory.has(guestPtr(0), memory.readPointer(16)), false);
});

Deno.test("GuestMemory with 64-bit addresses reaches bytes above 4 GiB", () => {
  const pages = 65536 + 2;
  const { wasm, memory } = memoryOf64(1);
  growMemory(wasm, { pages: pages - 1, addressBits: 64 });
  const [last, after] = [
    guestPtr(BigInt(pages) * BigInt(PAGE) - 8n, 64),
    guestPtr(BigInt(pages) * BigInt(PAGE) - 7n, 64),
  ];
  memory.view(last, 8).set([1, 2, 3, 4, 5, 6, 7, 0]);
  assertEquals<number>(memory.readPointer(last), 0x0007_0605_0403_0201);
  assertEquals([memory.bytes[last], memory.bytes[last - 2 ** 32]], [1, 0]);
  assertEquals(memory.readCString(last), "\x01\x02\x03\x04\x05\x06\x07");
  assertThrows(() => memory.view(after, 8), MemoryFault);
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
  const memory = new GuestMemory(wasm, { onGrow: () => told++ });
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
