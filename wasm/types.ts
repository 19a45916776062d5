/**
 * The types that a module declares: functions, and types of the garbage collection and exception handling proposals.
 *
 * @see https://webassembly.github.io/spec/core/binary/types.html the encoding
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import type { Cursor } from "./cursor.ts";

const REC = 0x4e;
const SUB = 0x50;
const SUB_FINAL = 0x4f;
const FUNC = 0x60;
const STRUCT = 0x5f;
const ARRAY = 0x5e;
/** The lowest code of the numeric and vector types, which go up to 0x7f. */
const V128 = 0x7b;
const REF = 0x64;
const REF_NULL = 0x63;

const PACKED_TYPES: ReadonlySet<number> = new Set([0x78, 0x77]);

const VALUE_TYPES: Readonly<Record<number, string>> = {
  0x7f: "i32",
  0x7e: "i64",
  0x7d: "f32",
  0x7c: "f64",
  0x7b: "v128",
  0x74: "nullexnref",
  0x73: "nullfuncref",
  0x72: "nullexternref",
  0x71: "nullref",
  0x70: "funcref",
  0x6f: "externref",
  0x6e: "anyref",
  0x6d: "eqref",
  0x6c: "i31ref",
  0x6b: "structref",
  0x6a: "arrayref",
  0x69: "exnref",
};

/** Heap types that `ref` and `ref null` may name instead of the index of a type. */
const HEAP_TYPES: Readonly<Record<number, string>> = {
  0x74: "noexn",
  0x73: "nofunc",
  0x72: "noextern",
  0x71: "none",
  0x70: "func",
  0x6f: "extern",
  0x6e: "any",
  0x6d: "eq",
  0x6c: "i31",
  0x6b: "struct",
  0x6a: "array",
  0x69: "exn",
};

/** References to objects of the engine's garbage collector. */
const COLLECTED = /^(null|any|eq|i31|struct|array)ref$|^\(ref (null )?(none|any|eq|i31|struct|array)\)$/;

/** The type of a function. */
export interface FunctionType {
  /** "(i32, i32) -> i64" */
  readonly text: string;
  readonly parameters: readonly string[];
  /** True outside recursion groups and without a supertype. Plain types with the same text are the same type. */
  readonly isPlain: boolean;
}

/** The types of a module's type section. */
export class ModuleTypes {
  readonly #cursor: Cursor | undefined;
  /** The offset of each type; `#plain` marks the plain ones. */
  readonly #starts: number[] = [];
  readonly #plain: boolean[] = [];
  #collected: string | undefined;

  /** @throws {FormatError} when it is damaged or has an unknown kind of type. */
  constructor(cursor?: Cursor) {
    this.#cursor = cursor;
    if (cursor === undefined) return;
    for (let groups = cursor.u32(); groups > 0; groups--) {
      if (cursor.peek() !== REC) {
        this.#read(cursor, { isAlone: true });
        continue;
      }
      cursor.byte();
      for (let count = cursor.u32(); count > 0; count--) this.#read(cursor, { isAlone: false });
    }
  }

  /**
   * The first type that needs the garbage collector: "a struct type", "an array type", or a reference to either ("anyref").
   *
   * References to functions, external values and exceptions do not count: the number of functions is fixed, and the host passes no
   * external values. For exceptions see `declarations.ts`.
   */
  get collected(): string | undefined {
    return this.#collected;
  }

  /** The function type with number `index`. @throws {FormatError} when it does not exist, or is not a function type. */
  functionType(index: number): FunctionType {
    const start = this.#starts[index];
    const cursor = start === undefined ? undefined : this.#cursor?.from(start);
    if (cursor?.byte() !== FUNC) throw new FormatError("WebAssembly", `type ${index} is not a function type`);
    const parameters = cursor.vector(() => readValueType(cursor));
    const results = cursor.vector(() => readValueType(cursor));
    return {
      text: `(${parameters.join(", ")})${results.length === 0 ? "" : ` -> ${results.join(", ")}`}`,
      parameters,
      isPlain: this.#plain[index] === true,
    };
  }

  #read(cursor: Cursor, options: { isAlone: boolean }): void {
    const hasSupertypes = cursor.peek() === SUB || cursor.peek() === SUB_FINAL;
    if (hasSupertypes) {
      cursor.byte();
      cursor.vector(() => cursor.u32());
    }
    this.#starts.push(cursor.at);
    this.#plain.push(options.isAlone && !hasSupertypes);
    const form = cursor.byte();
    switch (form) {
      case FUNC:
        this.#readList(cursor);
        this.#readList(cursor);
        break;
      case STRUCT:
        this.#collected ??= "a struct type";
        for (let count = cursor.u32(); count > 0; count--) readField(cursor);
        break;
      case ARRAY:
        this.#collected ??= "an array type";
        readField(cursor);
        break;
      default:
        cursor.fail(`unknown kind of type 0x${form.toString(16)}`);
    }
  }

  /** Skips parameters or results. Nearly all are numeric types, whose names are not needed yet. */
  #readList(cursor: Cursor): void {
    for (let count = cursor.u32(); count > 0; count--) {
      if ((cursor.peek() ?? 0) >= V128) {
        cursor.byte();
        continue;
      }
      const type = readValueType(cursor);
      if (COLLECTED.test(type)) this.#collected ??= type;
    }
  }
}

/** A value type as text: "i32", "funcref", "(ref null 3)". @throws {FormatError} */
export function readValueType(cursor: Cursor): string {
  const code = cursor.byte();
  if (code !== REF && code !== REF_NULL) return VALUE_TYPES[code] ?? cursor.fail(`unknown type 0x${code.toString(16)}`);
  const heap = HEAP_TYPES[cursor.peek() ?? -1];
  if (heap !== undefined) cursor.byte();
  return `(ref ${code === REF_NULL ? "null " : ""}${heap ?? cursor.u32()})`;
}

function readField(cursor: Cursor): void {
  if (PACKED_TYPES.has(cursor.peek() ?? -1)) cursor.byte();
  else readValueType(cursor);
  const MUTABILITY_BYTES = 1;
  cursor.bytes(MUTABILITY_BYTES);
}
