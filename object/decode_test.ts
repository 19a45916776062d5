import { assertEquals, assertThrows } from "@std/assert";
import { Decoder } from "./decode.ts";
import { parseObject } from "./object.ts";
import { compileSource } from "./testdata/compile.ts";

/** Decodes the initial value of the variable `x` of a C source. */
function decodeX(source: string): unknown {
  const { btf, dataSections } = parseObject(compileSource(source));
  for (const { variables, bytes } of dataSections) {
    const variable = variables.find(({ name }) => name === "x");
    if (btf === undefined || variable === undefined) continue;
    return new Decoder(btf).decode(variable.type, bytes.subarray(variable.offset));
  }
  throw new TypeError("no x");
}

Deno.test("Decoder.decode() decodes numbers, text, enums and pointers", () => {
  assertEquals(decodeX("int x = -5;"), -5);
  assertEquals(decodeX("unsigned long long x = 1ULL << 60;"), 1n << 60n);
  assertEquals(decodeX("long x = -(1L << 60);"), -(1n << 60n));
  assertEquals(decodeX("_Bool x = 1;"), true);
  assertEquals(decodeX("double x = 1.5;"), 1.5);
  assertEquals(decodeX("float x = 0.25;"), 0.25);
  assertEquals(decodeX('char x[8] = "abc";'), "abc");
  assertEquals(decodeX('char x[3] = "abc";'), "abc");
  assertEquals(decodeX("unsigned char x[3] = {1, 2, 3};"), [1, 2, 3]);
  assertEquals(decodeX("enum e { A, B = 7, C = -1 } x = B;"), "B");
  assertEquals(decodeX("enum e { A, B = 7, C = -1 } x = C;"), "C");
  assertEquals(decodeX("enum e { A = 1, B = 2 } x = 3;"), 3);
  assertEquals(decodeX("void *x = (void *)0xffffffff81000000;"), 0xffffffff81000000n);
  assertEquals(decodeX("short x[2][2] = {{1, -2}, {3, 4}};"), [[1, -2], [3, 4]]);
});

Deno.test("Decoder.decode() decodes structs, unions and bit-fields", () => {
  const source = `
    struct s { char c; struct { int in; }; union { unsigned u; unsigned char low; } both; unsigned a : 3, b : 7;
               signed d : 4; unsigned long long wide : 40; _Bool f : 1; char name[4]; const struct { long z; } last[2]; };
    struct s x = { 'A', { 9 }, { 0x1234 }, 5, 100, -3, 0xfedcba9876, 1, "hi", { { 1 }, { -1 } } };`;
  assertEquals(
    JSON.stringify(decodeX(source)),
    JSON.stringify({
      c: 65,
      in: 9,
      both: { u: 0x1234, low: 0x34 },
      a: 5,
      b: 100,
      d: -3,
      wide: 0xfedcba9876,
      f: true,
      name: "hi",
      last: [{ z: 1 }, { z: -1 }],
    }),
  );
});

Deno.test("Decoder.decode() gives a member called __proto__ no powers", () => {
  const value = decodeX("struct s { int __proto__; } x = { 3 };");
  assertEquals(JSON.stringify(value), '{"__proto__":3}');
});

Deno.test("Decoder.decode() refuses too few bytes", () => {
  const { btf } = parseObject(compileSource("struct s { long a, b; } x;"));
  if (btf === undefined) throw new TypeError("no BTF");
  const id = btf.find("struct", "s")?.id ?? 0;
  assertThrows(
    () => new Decoder(btf).decode(id, new Uint8Array(15)),
    RangeError,
    "Cannot decode 15 bytes: the type has 16",
  );
});
