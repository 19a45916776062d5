import { assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { FormatError } from "../errors/mod.ts";
import { assemble } from "../scripts/build_wat.ts";
import { exportTable, TABLE_NAME } from "./export_table.ts";

const HEADER = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const TYPE = 1;
const FUNCTION = 3;
const TABLE = 4;
const EXPORT = 7;
const CODE = 10;

/** One function type `() -> ()`, one function of this type, one table with one element. */
const TYPES = section(TYPE, [1, 0x60, 0, 0]);
const FUNCTIONS = section(FUNCTION, [1, 0]);
const TABLES = section(TABLE, [1, 0x70, 0, 1]);
const CODES = section(CODE, [1, 2, 0, 0x0b]);

function section(id: number, content: readonly number[]): number[] {
  return [id, content.length, ...content];
}

function custom(name: string): number[] {
  const bytes = [...new TextEncoder().encode(name)];
  return section(0, [bytes.length, ...bytes, 0xde, 0xad]);
}

function moduleOf(...sections: readonly number[][]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from([...HEADER, ...sections.flat()]);
}

/** The names of the exports of the compiled module `bytes`. */
function exportsOf(bytes: Uint8Array<ArrayBuffer>): string[] {
  return WebAssembly.Module.exports(new WebAssembly.Module(bytes)).map(({ name, kind }) => `${name}: ${kind}`);
}

const TABLE_EXPORT = `${TABLE_NAME}: table`;

Deno.test("exportTable() adds the table after the module's exports", () => {
  const bytes = assemble(`(module
    (memory (export "memory") 1)
    (table 3 funcref)
    (global (export "global") i32 (i32.const 7))
    (func $callback (export "_start"))
    (start $callback)
    (elem (i32.const 1) $callback)
    (data (i32.const 0) "data"))`);
  const module = new WebAssembly.Module(exportTable(bytes));
  assertEquals(WebAssembly.Module.exports(module).map((one) => one.name), ["memory", "global", "_start", TABLE_NAME]);
  const { exports } = new WebAssembly.Instance(module);
  const table = exports[TABLE_NAME];
  assertStrictEquals(table instanceof WebAssembly.Table ? table.get(1) : undefined, exports["_start"]);
});

Deno.test("exportTable() makes a missing export section, before the sections that must follow it", () => {
  assertEquals(exportsOf(exportTable(moduleOf(TYPES, FUNCTIONS, TABLES, CODES))), [TABLE_EXPORT]);
  const withStart = assemble("(module (table 1 funcref) (func $f) (start $f) (elem (i32.const 0) $f))");
  assertEquals(exportsOf(exportTable(withStart)), [TABLE_EXPORT]);
  const withTag = assemble("(module (table 1 funcref) (tag $t) (global i32 (i32.const 0)) (func (throw $t)))");
  assertEquals(exportsOf(exportTable(withTag)), [TABLE_EXPORT]);
  assertEquals(exportsOf(exportTable(moduleOf(TABLES))), [TABLE_EXPORT]);
});

Deno.test("exportTable() keeps custom sections at any place", () => {
  const exported = section(EXPORT, [1, 1, 0x66, 0, 0]);
  for (const exports of [[], exported]) {
    const parts = [custom("a"), TYPES, custom("b"), FUNCTIONS, TABLES, custom("c"), exports, custom("d"), CODES];
    const bytes = exportTable(moduleOf(...parts, custom("e")));
    assertEquals(exportsOf(bytes), exports.length > 0 ? ["f: function", TABLE_EXPORT] : [TABLE_EXPORT]);
    const module = new WebAssembly.Module(bytes);
    for (const name of ["a", "b", "c", "d", "e"]) {
      assertEquals(WebAssembly.Module.customSections(module, name).length, 1, name);
    }
  }
});

Deno.test("exportTable() exports a table with 64-bit indices", () => {
  const bytes = exportTable(assemble(`(module (table i64 1 funcref) (func $f) (elem (i64.const 0) $f))`));
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes));
  const table = exports["__indirect_function_table"];
  assertEquals(typeof Reflect.apply(WebAssembly.Table.prototype.get, table, [0n]), "function");
});

Deno.test("exportTable() writes counts of more than one byte of LEB128", () => {
  for (const count of [126, 127, 128, 300]) {
    const functions = Array.from({ length: count }, (_, index) => `(func (export "f${index}"))`).join(" ");
    const exports = exportsOf(exportTable(assemble(`(module (table 1 funcref) ${functions})`)));
    assertEquals(exports.length, count + 1);
    assertEquals(exports.at(-1), TABLE_EXPORT);
  }
});

Deno.test("exportTable() reads sizes and counts that linkers padded to five bytes", () => {
  const padded = (value: number) => [value | 0x80, 0x80, 0x80, 0x80, 0x00];
  const exports = [...padded(1), 1, 0x66, 0, 0];
  const bytes = moduleOf(TYPES, [FUNCTION, ...padded(2), 1, 0], TABLES, [EXPORT, ...padded(9), ...exports], CODES);
  assertEquals(exportsOf(exportTable(bytes)), ["f: function", TABLE_EXPORT]);
});

Deno.test("exportTable() refuses sections that cannot be walked", () => {
  const damaged: Record<string, number[]> = {
    "a size past the end": [TYPE, 100, 0],
    "no size": [TYPE],
    "a size cut short": [TYPE, 0x80],
    "a size of 4 GiB": [TYPE, 0xff, 0xff, 0xff, 0xff, 0x0f],
    "a size of more than 32 bits": [TYPE, 0xff, 0xff, 0xff, 0xff, 0x7f],
    "a size that never ends": [TYPE, ...Array.from({ length: 20 }, () => 0x80), 0x00],
    "an export section of no bytes at the end": [EXPORT, 0],
    "a count that never ends": [EXPORT, 6, ...Array.from({ length: 6 }, () => 0xff)],
  };
  for (const [what, bytes] of Object.entries(damaged)) {
    assertThrows(() => exportTable(moduleOf(bytes)), FormatError, "Cannot parse WebAssembly: ", what);
  }
});

Deno.test("exportTable() returns a result or throws a FormatError for a module that was cut off at any byte", () => {
  const whole = assemble(`(module (memory (export "memory") 1) (table 1 funcref) (func $f) (elem (i32.const 0) $f))`);
  for (let length = HEADER.length; length < whole.length; length++) {
    try {
      exportTable(whole.slice(0, length));
    } catch (error) {
      assertEquals(error instanceof FormatError, true, `cut off at ${length}: ${error}`);
    }
  }
});

Deno.test("exportTable() reads only the bytes of a view", () => {
  const bytes = moduleOf(TYPES, FUNCTIONS, TABLES, CODES);
  const larger = new Uint8Array(bytes.length + 100).fill(0xff);
  larger.set(bytes, 50);
  assertEquals(exportsOf(exportTable(larger.subarray(50, 50 + bytes.length))), [TABLE_EXPORT]);
});
