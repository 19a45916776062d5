/**
 * A guest for tests of the pump. Its callbacks pass the records to JavaScript.
 *
 * @module
 */

import { assemble } from "../../scripts/build_wat.ts";

/** Indexes in the guest's table. */
export const Entry = {
  /** No function. */
  NULL: 0,
  /** Calls {@link TestGuest.onRecord} and returns its number. */
  RETURNING: 1,
  /** Calls {@link TestGuest.onRecord} and returns nothing. */
  SILENT: 2,
  /** A function of another type. */
  UNFIT: 3,
  /** Calls {@link TestGuest.onRecord}, then traps. */
  TRAPPING: 4,
  /** Grows the memory by a page, then works like RETURNING. */
  GROWING: 5,
  /** An index past the end. */
  BEYOND: 6,
} as const;

let compiled: WebAssembly.Module | undefined;

/** An instance of the guest. Its memory is two pages, filled with 0xee. */
export class TestGuest {
  readonly memory: WebAssembly.Memory;
  readonly table: WebAssembly.Table;
  /** The callback as an export, like in Go guests. */
  // deno-lint-ignore ban-types -- WebAssembly's own types use it for an exported function
  readonly callback: Function;
  /** The test's function for each record. */
  onRecord: (context: number, data: number, size: number) => number = () => 0;

  constructor() {
    compiled ??= new WebAssembly.Module(assemble(SOURCE));
    const on = (context: number, data: number, size: number) => this.onRecord(context, data, size);
    const { memory, table, callback } = new WebAssembly.Instance(compiled, { test: { on } }).exports;
    if (
      !(memory instanceof WebAssembly.Memory) || !(table instanceof WebAssembly.Table) || typeof callback !== "function"
    ) {
      throw new TypeError("The test guest lacks an export");
    }
    this.memory = memory;
    this.table = table;
    this.callback = callback;
    new Uint8Array(memory.buffer).fill(0xee);
  }

  /** A copy of `size` bytes of memory. */
  bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.memory.buffer).slice(at, at + size);
  }

  /** The u64 at `at`. */
  number(at: number): number {
    return Number(new DataView(this.memory.buffer).getBigUint64(at, true));
  }
}

const SOURCE = `(module
  (import "test" "on" (func $on (param i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (table (export "table") 6 funcref)
  (elem (i32.const 1) $returning $silent $unfit $trapping $growing)
  (export "callback" (func $returning))
  (func $returning (param i32 i32 i32) (result i32)
    (call $on (local.get 0) (local.get 1) (local.get 2)))
  (func $silent (param i32 i32 i32)
    (drop (call $on (local.get 0) (local.get 1) (local.get 2))))
  (func $unfit (param i32 i32 i64) (result i32)
    (i32.const 0))
  (func $trapping (param i32 i32 i32) (result i32)
    (drop (call $on (local.get 0) (local.get 1) (local.get 2)))
    (unreachable))
  (func $growing (param i32 i32 i32) (result i32)
    (drop (memory.grow (i32.const 1)))
    (call $on (local.get 0) (local.get 1) (local.get 2))))`;
