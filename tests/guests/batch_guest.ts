/**
 * A guest of version 2 for tests of the pump, with pointers of either width. Its callbacks pass the records to JavaScript.
 *
 * @module
 */

import { assemble, withPointers } from "../../scripts/build_wat.ts";
import type { AddressBits, WasmPtr } from "../../host/core/memory.ts";

/** Indexes in the guest's table. */
export const Entry = {
  /** No function. */
  NULL: 0,
  /** Calls {@link BatchGuest.onRecord} and returns its number. */
  RING: 1,
  /** Calls {@link BatchGuest.onRecord}, then traps. */
  TRAPPING: 2,
  /** Grows the memory by a page, then works like RING. */
  GROWING: 3,
  /** A function of another type. */
  UNFIT: 4,
  /** Calls {@link BatchGuest.onSample}. */
  SAMPLE: 5,
  /** Calls {@link BatchGuest.onLost}. */
  LOST: 6,
  /** Calls {@link BatchGuest.onEvent} and returns its number. */
  EVENT: 7,
  /** An index past the end. */
  BEYOND: 8,
} as const;

/** A pointer of the guest that a callback gets. */
type Ptr = number;

const compiled = new Map<AddressBits, WebAssembly.Module>();

/** An instance of the guest. Its memory is two pages, filled with 0xee. */
export class BatchGuest {
  readonly addressBits: AddressBits;
  readonly memory: WebAssembly.Memory;
  readonly table: WebAssembly.Table;
  onRecord: (context: Ptr, data: Ptr, size: number) => number = () => 0;
  onSample: (context: Ptr, cpu: number, data: Ptr, size: number) => void = () => {};
  onLost: (context: Ptr, cpu: number, count: number) => void = () => {};
  onEvent: (context: Ptr, cpu: number, event: Ptr) => number = () => -2;

  constructor(addressBits: AddressBits) {
    this.addressBits = addressBits;
    let module = compiled.get(addressBits);
    if (module === undefined) {
      module = new WebAssembly.Module(assemble(withPointers(SOURCE, `i${addressBits}`)));
      compiled.set(addressBits, module);
    }
    const { memory, table } = new WebAssembly.Instance(module, { test: this.#imports() }).exports;
    if (!(memory instanceof WebAssembly.Memory) || !(table instanceof WebAssembly.Table)) {
      throw new TypeError("The test guest lacks an export");
    }
    this.memory = memory;
    this.table = table;
    new Uint8Array(memory.buffer).fill(0xee);
  }

  /** A number as the guest passes pointers. */
  ptr(value: number): WasmPtr {
    return this.addressBits === 64 ? BigInt(value) : value;
  }

  /** A copy of `size` bytes of memory. */
  bytes(at: number, size: number): Uint8Array {
    return new Uint8Array(this.memory.buffer).slice(at, at + size);
  }

  /** The u64 at `at`. */
  number(at: number): number {
    return Number(new DataView(this.memory.buffer).getBigUint64(at, true));
  }

  #imports(): WebAssembly.ModuleImports {
    return {
      record: (context: WasmPtr, data: WasmPtr, size: WasmPtr) =>
        this.onRecord(Number(context), Number(data), Number(size)),
      sample: (context: WasmPtr, cpu: number, data: WasmPtr, size: number) =>
        this.onSample(Number(context), cpu, Number(data), size),
      lost: (context: WasmPtr, cpu: number, count: bigint) => this.onLost(Number(context), cpu, Number(count)),
      event: (context: WasmPtr, cpu: number, event: WasmPtr) => this.onEvent(Number(context), cpu, Number(event)),
    };
  }
}

const SOURCE = `(module
  (import "test" "record" (func $record (param ptr ptr ptr) (result i32)))
  (import "test" "sample" (func $on_sample (param ptr i32 ptr i32)))
  (import "test" "lost" (func $on_lost (param ptr i32 i64)))
  (import "test" "event" (func $on_event (param ptr i32 ptr) (result i32)))
  (memory (export "memory") ptr 2)
  (table (export "table") ptr 8 funcref)
  (elem (table 0) (ptr.const 1) func $ring $trapping $growing $unfit $sample $lost $event)
  (func $ring (param ptr ptr ptr) (result i32)
    (call $record (local.get 0) (local.get 1) (local.get 2)))
  (func $trapping (param ptr ptr ptr) (result i32)
    (drop (call $record (local.get 0) (local.get 1) (local.get 2)))
    (unreachable))
  (func $growing (param ptr ptr ptr) (result i32)
    (drop (memory.grow (ptr.const 1)))
    (call $record (local.get 0) (local.get 1) (local.get 2)))
  (func $unfit (param f32) (result i32)
    (i32.const 0))
  (func $sample (param ptr i32 ptr i32)
    (call $on_sample (local.get 0) (local.get 1) (local.get 2) (local.get 3)))
  (func $lost (param ptr i32 i64)
    (call $on_lost (local.get 0) (local.get 1) (local.get 2)))
  (func $event (param ptr i32 ptr) (result i32)
    (call $on_event (local.get 0) (local.get 1) (local.get 2))))`;
