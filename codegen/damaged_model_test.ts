/** Tests the model of types that only damaged or hostile files have. */

import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { RawBtf } from "../object/testdata/raw_btf.ts";
import { modelOf } from "./object_model.ts";

/** The model of an object with one variable. @param define returns the variable's type. */
function modelWith(define: (btf: RawBtf) => number, sizeBytes = 64) {
  const btf = new RawBtf();
  btf.section(".data", [["v", define(btf), 0, sizeBytes]]);
  return modelOf(btf.object({ ".data": 64 }), { name: "x" });
}

Deno.test("modelOf() refuses members that overlap, or end after their struct, union or section", () => {
  const cases: [(btf: RawBtf) => number, string][] = [
    [(btf) => btf.struct("s", 8, [["a", btf.int("int", 4), 0], ["b", btf.int("int", 4), 16]]), "overlap at byte 2"],
    [(btf) => btf.struct("s", 4, [["a", btf.int("long", 8), 0]]), "end"],
    [(btf) => btf.struct("s", 4, [["a", btf.int("int", 4), 8, 32]]), "end"],
    [(btf) => btf.struct("u", 4, [["a", btf.int("long", 8), 0]], "union"), "end"],
    [(btf) => btf.struct("u", 8, [["a", btf.int("int", 4), 32]], "union"), "do not begin at its first byte"],
    [(btf) => btf.struct("u", 8, [["a", btf.int("int", 4), 8, 3]], "union"), "do not begin at its first byte"],
    [(btf) => btf.struct("u", 1, [["a", btf.int("int", 4), 0, 9]], "union"), "end"],
    [(btf) => btf.array(btf.int("int", 4), 100), "end"],
  ];
  for (const [define, message] of cases) assertThrows(() => modelWith(define), FormatError, message);
});

Deno.test("modelOf() leaves out bit-fields of more than 64 bits, whose bytes are a gap", () => {
  const { records } = modelWith((btf) => {
    const wide = btf.int("__int128", 16);
    btf.struct("u", 16, [["a", wide, 0, 100], ["b", wide, 0, 40]], "union");
    const s = btf.struct("s", 32, [["first", wide, 0, 64], ["long", wide, 128, 100], ["last", wide, 228, 10]]);
    const u = btf.struct("u2", 16, [["a", wide, 0, 100], ["b", wide, 0, 40]], "union");
    return btf.struct("both", 48, [["s", s, 0], ["u", u, 256]]);
  });
  const [s, u] = records;
  assertEquals(s?.bitFields.map(({ name, storage, shift, bits }) => [name, storage, shift, bits]), [
    ["first", "_bits0", 0, 64],
    ["last", "_bits28", 4, 10],
  ]);
  assertEquals(s?.fields.map(({ name, sizeBytes, role }) => [name, sizeBytes, role]), [
    ["_bits0", 8, "bits"],
    ["_pad8", 20, "gap"],
    ["_bits28", 2, "bits"],
    ["_pad30", 2, "gap"],
  ]);
  assertEquals(u?.bitFields.map(({ name, storage, shift, bits }) => [name, storage, shift, bits]), [
    ["b", "_bits0", 0, 40],
  ]);
  assertEquals(u?.fields.map(({ name, sizeBytes, role }) => [name, sizeBytes, role]), [
    ["_bits0", 5, "bits"],
    ["_pad0", 16, "gap"],
  ]);
});
