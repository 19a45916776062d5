import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { assemble } from "../scripts/build_wat.ts";
import { boundTables } from "./bound_tables.ts";
import { readDeclarations } from "./declarations.ts";
import { SECTION } from "./sections.ts";

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];

function maximaOf(bytes: Uint8Array): (number | undefined)[] {
  return readDeclarations(bytes).tables.map(({ maximum }) => maximum);
}

Deno.test("boundTables() lowers each maximum and changes nothing else", () => {
  const bytes = assemble(`(module (table (export "a") 1 funcref) (table (export "b") 2 100 externref)
    (table (export "c") 3 9 funcref) (func $f) (elem (i32.const 0) $f) (memory (export "memory") 1))`);
  const bounded = boundTables(bytes, 10);
  assertEquals(maximaOf(bounded), [10, 10, 9]);
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bounded));
  const lengths = ["a", "b", "c"].map((name) => exports[name] instanceof WebAssembly.Table ? exports[name].length : -1);
  assertEquals(lengths, [1, 2, 3]);
  assertEquals(exports["a"] instanceof WebAssembly.Table && typeof exports["a"].get(0), "function");
});

Deno.test("boundTables() keeps the values that entries begin with, and 64-bit limits", () => {
  const table = [
    3,
    0x40,
    0,
    0x70,
    0,
    7,
    0xd0,
    0x70,
    0x0b,
    0x6f,
    4,
    2,
    0x63,
    0x70,
    5,
    1,
    0x80,
    0x80,
    0x80,
    0x80,
    0x80,
    0x02,
  ];
  const bytes = new Uint8Array([...HEADER, SECTION.TABLE, table.length, ...table, 0, 2, 1, 0x61]);
  assertEquals(WebAssembly.validate(bytes), true);
  const bounded = boundTables(bytes, 1_000_000);
  assertEquals(WebAssembly.validate(bounded), true);
  assertEquals(maximaOf(bounded), [1_000_000, 1_000_000, 1_000_000]);
  const types = (one: Uint8Array) => readDeclarations(one).tables.map(({ type, minimum }) => [type, minimum]);
  assertEquals(types(bounded), types(bytes));
  assertEquals([...bounded.subarray(-4)], [0, 2, 1, 0x61]);
});

Deno.test("boundTables() bounds tables with 64-bit indices, which keep their width", () => {
  const bytes = assemble(`(module (table (export "a") i64 1 funcref) (table (export "b") i64 2 0x1000000000 funcref))`);
  const bounded = boundTables(bytes, 10);
  assertEquals(readDeclarations(bounded).tables.map(({ maximum, addressBits }) => [maximum, addressBits]), [
    [10, 64],
    [10, 64],
  ]);
  const { a } = new WebAssembly.Instance(new WebAssembly.Module(bounded)).exports;
  const grow = (by: bigint): unknown => Reflect.apply(WebAssembly.Table.prototype.grow, a, [by]);
  assertEquals(grow(9n), 1n);
  assertThrows(() => grow(1n), RangeError);
});

Deno.test("boundTables() returns a module without tables unchanged", () => {
  const bytes = new Uint8Array(HEADER);
  assertStrictEquals(boundTables(bytes, 1), bytes);
});
