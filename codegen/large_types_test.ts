/** Tests that each writer takes types as large as BTF allows. */

import { assert, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { RawBtf } from "../object/testdata/raw_btf.ts";
import { genSkeletonIn, isLanguage, LANGUAGES } from "./languages.ts";
import { modelOf } from "./object_model.ts";

/** The largest number of members in BTF. */
const MEMBERS = 65_535;
const DEPTH = 3000;

/** A struct with a gap after each of its members, and structs with and without names within each other. */
function largeObject(): Uint8Array {
  const btf = new RawBtf();
  const short = btf.int("short", 2);
  const wide = btf.struct("wide", MEMBERS * 4, Array.from({ length: MEMBERS }, (_, i) => [`m${i}`, short, i * 32]));
  let named = short;
  let unnamed = short;
  for (let i = 0; i < DEPTH; i++) {
    named = btf.struct(`s${i}`, 4, [["m", named, 0]]);
    unnamed = btf.struct("", 4, [["m", unnamed, 0]]);
  }
  const outer = btf.struct("outer", 4, [["m", unnamed, 0]]);
  const end = MEMBERS * 4;
  btf.section(".data", [["a", wide, 0, end], ["b", named, end, 4], ["c", outer, end + 4, 4]]);
  return btf.object({ ".data": end + 8 });
}

for (const language of LANGUAGES.filter(isLanguage)) {
  Deno.test(`${language}: a struct of 65,535 members with gaps, and 3000 structs within each other, are written`, () => {
    const text = genSkeletonIn(language, largeObject(), { name: "x", bytes: new Uint8Array(1) });
    assert(/m65534/i.test(text), `${text.length} characters`);
  });
}

Deno.test("modelOf() refuses arrays of more than 240 dimensions, and names that would fill the memory", () => {
  const btf = new RawBtf();
  let array = btf.int("int", 4);
  for (let i = 0; i < 50_000; i++) array = btf.array(array, 1);
  btf.section(".data", [["a", array, 0, 4]]);
  assertThrows(() => modelOf(btf.object({ ".data": 4 }), { name: "x" }), FormatError, "more than 240 dimensions");
  const names = new RawBtf();
  const int = names.int("int", 4);
  const structs = Array.from(
    { length: 60 },
    (_, i) =>
      names.struct(`s${i}`, 4000, Array.from({ length: 1000 }, (_, j) => [`${"n".repeat(1000)}${j}`, int, j * 32])),
  );
  names.section(".data", structs.map((type, i) => [`v${i}`, type, i * 4000, 4000]));
  const object = names.object({ ".data": 60 * 4000 });
  assertThrows(() => modelOf(object, { name: "x" }), FormatError, "its types are too large to be written out");
});
