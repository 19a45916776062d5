import { assertEquals, assertThrows } from "@std/assert";
import { type Codec, codecs, decode, encode } from "./codecs.ts";

function testExact<T>(name: string, codec: Codec<T>, cases: readonly (readonly [T, readonly number[]])[]): void {
  Deno.test(`${name} reads and writes the bytes of C`, () => {
    for (const [value, bytes] of cases) {
      assertEquals([...encode(codec, value)], [...bytes]);
      assertEquals(decode(codec, Uint8Array.from(bytes)), value);
    }
  });
}

testExact("u8", codecs.u8, [[0, [0]], [255, [255]]]);
testExact("i8", codecs.i8, [[-128, [128]], [127, [127]]]);
testExact("u16", codecs.u16, [[0x1234, [0x34, 0x12]], [65535, [255, 255]]]);
testExact("i16", codecs.i16, [[-2, [254, 255]]]);
testExact("u32", codecs.u32, [[0xfffffffe, [254, 255, 255, 255]]]);
testExact("i32", codecs.i32, [[-2147483648, [0, 0, 0, 128]]]);
testExact("u64", codecs.u64, [[2n ** 64n - 1n, Array(8).fill(255)], [1n, [1, 0, 0, 0, 0, 0, 0, 0]]]);
testExact("i64", codecs.i64, [[-(2n ** 63n), [0, 0, 0, 0, 0, 0, 0, 128]]]);
testExact("f32", codecs.f32, [[1, [0, 0, 128, 63]]]);
testExact("f64", codecs.f64, [[-2, [0, 0, 0, 0, 0, 0, 0, 192]]]);
testExact("bool", codecs.bool, [[true, [1]], [false, [0]]]);
testExact("text", codecs.text(4), [["", [0, 0, 0, 0]], ["ab", [97, 98, 0, 0]], ["äöß".slice(0, 2), [
  195,
  164,
  195,
  182,
]]]);
testExact("bytes", codecs.bytes(3), [[Uint8Array.of(1, 0, 3), [1, 0, 3]]]);
testExact("array", codecs.array(codecs.array(codecs.u16, 2), 2), [[[[1, 2], [3, 4]], [1, 0, 2, 0, 3, 0, 4, 0]]]);
testExact("nothing", codecs.nothing, [[undefined, []]]);

Deno.test("perCpu() has a value for each CPU, each rounded up to 8 bytes", () => {
  const codec = codecs.perCpu(codecs.u32, 16);
  assertEquals([...encode(codec, [1, 2])], [1, 0, 0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(decode(codec, Uint8Array.from({ length: 16 }, (_, i) => i % 8 < 4 ? 0 : 255)), [0, 0]);
  assertThrows(() => encode(codec, [1]), RangeError, "1 elements: not 2");
});

Deno.test("bits() and wideBits() change only their own bits, across bytes", () => {
  const bytes = new Uint8Array(11).fill(0xff);
  const view = new DataView(bytes.buffer);
  const middle = codecs.bits({ shift: 5, count: 12, signed: false });
  middle.write(view, 0, 0xabc);
  assertEquals([middle.read(view, 0), bytes[0], bytes[2]], [0xabc, 0x9f, 0xff]);
  const high = codecs.wideBits({ shift: 24, count: 64, signed: true });
  high.write(view, 0, -5n);
  assertEquals([high.read(view, 0), middle.read(view, 0)], [-5n, 0xabc]);
  const flag = codecs.bits({ shift: 23, count: 1, signed: true });
  assertEquals(flag.read(view, 0), -1);
  flag.write(view, 0, 0);
  assertEquals([flag.read(view, 0), middle.read(view, 0), high.read(view, 0)], [0, 0xabc, -5n]);
});

Deno.test("bits() reads and writes what wideBits() does, at every place and with both signs", () => {
  let state = 1;
  const random = (limit: number) => (state = state * 48271 % 0x7fffffff) % limit;
  for (let count = 1; count <= 32; count++) {
    for (let shift = 0; shift < 17; shift++) {
      const place = { shift, count, signed: (shift + count) % 2 === 0 };
      const [narrow, wide] = [codecs.bits(place), codecs.wideBits(place)];
      const bytes = Uint8Array.from({ length: 8 }, () => random(256));
      const copy = bytes.slice();
      const [view, other] = [new DataView(bytes.buffer), new DataView(copy.buffer)];
      assertEquals(BigInt(narrow.read(view, 0)), wide.read(view, 0));
      const value = random(0x7fffffff) % 2 ** (count - 1) * (place.signed && random(2) === 0 ? -1 : 1);
      narrow.write(view, 0, value);
      wide.write(other, 0, BigInt(value));
      assertEquals([bytes, narrow.read(view, 0)], [copy, value], JSON.stringify(place));
    }
  }
});

Deno.test("encode() refuses values that the type cannot hold", () => {
  const cases: readonly (() => unknown)[] = [
    () => encode(codecs.u8, 256),
    () => encode(codecs.u8, -1),
    () => encode(codecs.i16, 0x8000),
    () => encode(codecs.u32, 1.5),
    () => encode(codecs.u32, NaN),
    () => encode(codecs.u64, -1n),
    () => encode(codecs.i64, 2n ** 63n),
    () => encode(codecs.text(3), "äö"),
    () => encode(codecs.bytes(3), new Uint8Array(2)),
    () => encode(codecs.array(codecs.u8, 2), [1, 2, 3]),
    () => codecs.bits({ shift: 0, count: 3, signed: false }).write(new DataView(new ArrayBuffer(1)), 0, 8),
    () => codecs.bits({ shift: 0, count: 3, signed: true }).write(new DataView(new ArrayBuffer(1)), 0, 4),
    () => codecs.wideBits({ shift: 0, count: 40, signed: true }).write(new DataView(new ArrayBuffer(5)), 0, 2n ** 39n),
  ];
  for (const call of cases) assertThrows(call, RangeError, "Cannot encode");
});

Deno.test("decode() reads a view at its own place, and refuses too few bytes", () => {
  const bytes = Uint8Array.of(9, 1, 0, 0, 0, 9).subarray(1, 5);
  assertEquals(decode(codecs.u32, bytes), 1);
  assertEquals(decode(codecs.text(2), Uint8Array.of(255, 97)), "\ufffda");
  assertThrows(() => decode(codecs.u64, bytes), RangeError, "Cannot decode 4 bytes: the type has 8");
  assertThrows(() => codecs.text(8).read(new DataView(bytes.buffer, 0, 4), 0), RangeError);
});

Deno.test("text() reads short and long texts, to the first NUL or the end, in ASCII and in UTF-8", () => {
  for (const length of [1, 16, 63, 64, 65, 66, 300]) {
    for (const text of ["", "a", "a".repeat(length), "b".repeat(length - 1), "ä".repeat(length / 2)]) {
      const bytes = encode(codecs.text(length), text.slice(0, length));
      assertEquals(decode(codecs.text(length), bytes), text, `${length}`);
    }
  }
  const bytes = new Uint8Array(300).fill(97);
  bytes[299] = 255;
  assertEquals(decode(codecs.text(300), bytes), `${"a".repeat(299)}\ufffd`);
  bytes[100] = 0;
  assertEquals(decode(codecs.text(300), bytes), "a".repeat(100));
});

Deno.test("decode() copies bytes, few and many", () => {
  for (const length of [4, 64, 65]) {
    const bytes = Uint8Array.from({ length }, (_, i) => i);
    const value = decode(codecs.bytes(length), bytes);
    assertEquals(value, bytes);
    bytes[0] = 1;
    assertEquals(value[0], 0);
  }
});
