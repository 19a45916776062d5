import { assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { readStructOpsLayout } from "./struct_ops_layout.ts";
import { RawBtf } from "./testdata/raw_btf.ts";

Deno.test("readStructOpsLayout() finds the members that are pointers, behind typedefs too", () => {
  const btf = new RawBtf();
  const number = btf.int("u32", 4);
  const pointer = btf.on("ptr", 0);
  const named = btf.on("typedef", pointer, "callback_t");
  const constant = btf.on("const", named);
  const struct = btf.struct("ops", 40, [
    ["first", pointer, 0],
    ["flags", number, 64],
    ["second", constant, 128],
    ["last", pointer, 256],
  ]);
  const type = btf.on("typedef", struct, "ops_t");
  assertEquals(readStructOpsLayout(btf.bytes(), type), { sizeBytes: 40, pointers: [0, 16, 32] });
});

Deno.test("readStructOpsLayout() leaves out pointers that end outside the struct", () => {
  const btf = new RawBtf();
  const pointer = btf.on("ptr", 0);
  const struct = btf.struct("ops", 12, [["inside", pointer, 32], ["across", pointer, 40], [
    "outside",
    pointer,
    1 << 20,
  ]]);
  assertEquals(readStructOpsLayout(btf.bytes(), struct), { sizeBytes: 12, pointers: [4] });
});

Deno.test("readStructOpsLayout() refuses a type that is no struct, and bytes that are no BTF", () => {
  const btf = new RawBtf();
  const number = btf.int("u32", 4);
  assertThrows(() => readStructOpsLayout(btf.bytes(), number), FormatError, "is not a struct");
  assertThrows(() => readStructOpsLayout(btf.bytes(), 99), FormatError, "is not a struct");
  assertThrows(() => readStructOpsLayout(new Uint8Array(7), 1), FormatError);
});
