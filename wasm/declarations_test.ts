/** Modules as bytes, since the text format does not show how types and limits are encoded. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { assemble } from "../scripts/build_wat.ts";
import { addressBitsOf, type Declarations, readDeclarations } from "./declarations.ts";
import { ModuleTypes } from "./types.ts";
import { SECTION } from "./sections.ts";

const HEADER = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
const TYPE = [SECTION.TYPE, 4, 1, 0x60, 0, 0];

function section(id: number, content: readonly number[]): number[] {
  return [id, content.length, ...content];
}

function read(...sections: readonly number[][]): Declarations {
  return readDeclarations(new Uint8Array([...HEADER, ...sections.flat()]));
}

Deno.test("readDeclarations() agrees with the engine", () => {
  const bytes = assemble(`(module
    (import "m" "f" (func (param i32 i64 f32 f64 v128 funcref externref)))
    (import "m" "g" (func (result i32 i64)))
    (import "m" "table" (table 1 2 funcref)) (import "m" "memory" (memory 1 2)) (import "m" "global" (global (mut i32)))
    (import "m" "tag" (tag (param i32)))
    (memory (export "memory") 3) (table (export "table") 4 5 funcref) (tag (export "tag") (param i64))
    (func (export "run")) (global (export "global") i32 (i32.const 1)))`);
  const module = new WebAssembly.Module(bytes);
  const { imports, exports, memories, tables, tags } = readDeclarations(bytes);
  assertEquals(
    imports.map(({ module, name, kind }) => ({ module, name, kind: `${kind}` })),
    WebAssembly.Module.imports(module).map(({ module, name, kind }) => ({ module, name, kind: `${kind}` })),
  );
  assertEquals(
    exports.map(({ name, kind }) => ({ name, kind: `${kind}` })),
    WebAssembly.Module.exports(module).map(({ name, kind }) => ({ name, kind: `${kind}` })),
  );
  assertEquals(imports.map(({ type }) => type?.text), [
    "(i32, i64, f32, f64, v128, funcref, externref)",
    "() -> i32, i64",
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  assertEquals(memories, [{ minimum: 3, maximum: undefined, addressBits: 32 }]);
  assertEquals(tables.map(({ limits: _, ...table }) => table), [
    { type: "funcref", minimum: 4, maximum: 5, addressBits: 32 },
  ]);
  assertEquals(tags.map(({ text }) => text), ["(i64)"]);
});

Deno.test("ModuleTypes finds types that need the garbage collector in every encoding", () => {
  const types: [what: string | undefined, ...bytes: number[]][] = [
    [undefined, 1, 0x60, 2, 0x70, 0x6f, 1, 0x69],
    [undefined, 1, 0x60, 1, 0x63, 0, 0],
    [undefined, 1, 0x60, 1, 0x64, 0x70, 0],
    [undefined, 1, 0x4e, 2, 0x60, 0, 0, 0x60, 0, 1, 0x7f],
    [undefined, 2, 0x50, 0, 0x60, 0, 0, 0x4f, 1, 0, 0x60, 0, 0],
    ["a struct type", 1, 0x5f, 0],
    ["a struct type", 1, 0x5f, 3, 0x78, 1, 0x77, 0, 0x63, 0, 1],
    ["a struct type", 1, 0x50, 0, 0x5f, 0],
    ["a struct type", 2, 0x60, 0, 0, 0x4e, 2, 0x60, 0, 0, 0x4f, 0, 0x5f, 1, 0x7f, 0],
    ["an array type", 1, 0x5e, 0x78, 1],
    ["an array type", 1, 0x4e, 1, 0x5e, 0x64, 0x6b, 0],
    ["anyref", 1, 0x60, 1, 0x6e, 0],
    ["eqref", 1, 0x60, 0, 1, 0x6d],
    ["i31ref", 1, 0x60, 1, 0x6c, 0],
    ["structref", 1, 0x60, 1, 0x6b, 0],
    ["arrayref", 1, 0x60, 1, 0x6a, 0],
    ["nullref", 1, 0x60, 1, 0x71, 0],
    ["(ref null any)", 1, 0x60, 1, 0x63, 0x6e, 0],
    ["(ref none)", 1, 0x60, 1, 0x64, 0x71, 0],
  ];
  for (const [what, ...bytes] of types) {
    const content = section(SECTION.TYPE, bytes);
    assert(WebAssembly.validate(new Uint8Array([...HEADER, ...content])), bytes.join(" "));
    assertEquals(read(content).types.collected, what, bytes.join(" "));
  }
});

Deno.test("ModuleTypes.functionType() marks plain types", () => {
  const bytes = [4, 0x60, 1, 0x7f, 1, 0x7e, 0x4e, 2, 0x60, 0, 0, 0x5f, 0, 0x50, 0, 0x60, 1, 0x63, 2, 0, 0x60, 0, 0];
  const { types } = read(section(SECTION.TYPE, bytes));
  const plain = (index: number) => {
    const { text, isPlain } = types.functionType(index);
    return [text, isPlain];
  };
  assertEquals([0, 1, 3, 4].map(plain), [
    ["(i32) -> i64", true],
    ["()", false],
    ["((ref null 2))", false],
    ["()", true],
  ]);
  assertThrows(() => types.functionType(2), FormatError, "type 2 is not a function type");
  assertThrows(() => types.functionType(5), FormatError, "type 5 is not a function type");
  assertThrows(() => new ModuleTypes().functionType(0), FormatError, "type 0 is not a function type");
});

Deno.test("readDeclarations() reads limits of 64 bits and tables whose entries have a value", () => {
  const large = [0x80, 0x80, 0x80, 0x80, 0x80, 0x02];
  assertEquals(read(section(SECTION.MEMORY, [1, 5, 1, ...large])).memories, [
    { minimum: 1, maximum: 2 ** 36, addressBits: 64 },
  ]);
  assertEquals(read(section(SECTION.MEMORY, [1, 8, 1, 0])).memories, [
    { minimum: 1, maximum: undefined, addressBits: 32 },
  ]);
  const values = [[0xd0, 0x70], [0xd2, 0], [0x23, 0], [0xd0, 0]];
  for (const value of values) {
    const { tables } = read(TYPE, section(SECTION.TABLE, [2, 0x40, 0, 0x70, 0, 7, ...value, 0x0b, 0x6f, 1, 2, 3]));
    assertEquals(tables.map(({ limits: _, ...table }) => table), [
      { type: "funcref", minimum: 7, maximum: undefined, addressBits: 32 },
      { type: "externref", minimum: 2, maximum: 3, addressBits: 32 },
    ]);
  }
});

Deno.test("addressBitsOf() is the width of the memory, whatever that of the tables is", () => {
  const bitsOf = (fields: string) => addressBitsOf(readDeclarations(assemble(`(module ${fields})`)));
  assertEquals(bitsOf("(memory 1)"), 32);
  assertEquals(bitsOf("(memory i64 1)"), 64);
  assertEquals(bitsOf("(memory 1) (table i64 1 funcref)"), 32);
  assertEquals(bitsOf(""), 32);
});

Deno.test("readDeclarations() refuses unknown features, and stops before the code", () => {
  const refused: [problem: string, ...sections: number[][]][] = [
    ["unknown kind of type 0x5d", section(SECTION.TYPE, [1, 0x5d, 0])],
    ["unknown type 0x40", section(SECTION.TYPE, [1, 0x60, 1, 0x40, 0])],
    ["unknown kind 0x5 of import or export", TYPE, section(SECTION.IMPORT, [1, 0, 0, 5, 0])],
    ["unknown kind of tag", TYPE, section(SECTION.TAG, [1, 1, 0])],
    ["unknown value of a table's entries (opcode 65)", section(SECTION.TABLE, [1, 0x40, 0, 0x70, 0, 0, 0x41, 0, 0x0b])],
    ["it ends too early", section(SECTION.MEMORY, [0xff, 0xff, 0xff, 0xff, 0x0f])],
    ["a number of more than 32 bits", section(SECTION.MEMORY, [0xff, 0xff, 0xff, 0xff, 0x7f])],
    ["100 bytes at 10 are outside its 10 bytes", [SECTION.TYPE, 100]],
  ];
  for (const [problem, ...sections] of refused) {
    assertThrows(() => read(...sections), FormatError, `Cannot parse WebAssembly: ${problem}`);
  }
  assertEquals(read(TYPE, [SECTION.CODE, 0], [99, 100]).imports, []);
});

Deno.test("readDeclarations() returns a result or throws a FormatError for a module that was cut off at any byte", () => {
  const whole = assemble(`(module (import "m" "f" (func (param i32))) (memory 1) (table 1 2 funcref) (tag (param i32))
    (func (export "_start")))`);
  for (let length = HEADER.length; length < whole.length; length++) {
    try {
      readDeclarations(whole.slice(0, length));
    } catch (error) {
      assert(error instanceof FormatError, `cut off at ${length}: ${error}`);
    }
  }
});
