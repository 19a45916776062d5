/**
 * What a WebAssembly module imports, exports and holds, read from its bytes: without compiling it, and with the types of
 * functions, which `WebAssembly.Module.imports()` does not tell.
 *
 * @see https://webassembly.github.io/spec/core/binary/modules.html the format
 * @module
 */

import { Reader } from "../btf/reader.ts";

/** An import. */
export interface ModuleImport {
  readonly module: string;
  readonly name: string;
  readonly kind: "function" | "table" | "memory" | "global" | "tag";
  /** "(i32, i32) -> i64", functions only. */
  readonly type: string | undefined;
}

/** A segment of initial memory. */
export interface DataSegment {
  /** Address in memory; undefined where only running the module tells. */
  readonly address: number | undefined;
  readonly bytes: Uint8Array;
}

/** A section of the file. */
export interface ModuleSection {
  readonly name: string;
  readonly sizeBytes: number;
}

/** What was found. */
export interface ModuleInfo {
  readonly imports: readonly ModuleImport[];
  readonly exports: readonly string[];
  readonly data: readonly DataSegment[];
  readonly sections: readonly ModuleSection[];
}

const SECTION_NAMES = [
  "custom",
  "type",
  "import",
  "function",
  "table",
  "memory",
  "global",
  "export",
  "start",
  "element",
  "code",
  "data",
  "data count",
  "tag",
];

const KINDS = ["function", "table", "memory", "global", "tag"] as const;

const VALUE_TYPES: Readonly<Record<number, string>> = {
  0x7f: "i32",
  0x7e: "i64",
  0x7d: "f32",
  0x7c: "f64",
  0x7b: "v128",
  0x70: "funcref",
  0x6f: "externref",
};

/** Whether `bytes` begin as a WebAssembly module does. */
export function isWasm(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].every((byte, i) => bytes[i] === byte);
}

/** Reads a module. @throws {FormatError} when it is damaged or uses types that are not known here. */
export function parseModule(bytes: Uint8Array): ModuleInfo {
  const cursor = new Cursor(bytes.subarray(8));
  const sections: ModuleSection[] = [];
  let types: string[] = [];
  let imports: ModuleImport[] = [];
  let exports: string[] = [];
  let data: DataSegment[] = [];
  while (!cursor.atEnd) {
    const id = cursor.byte();
    const content = new Cursor(cursor.bytes(cursor.u32()));
    const name = SECTION_NAMES[id] ?? cursor.fail(`unknown section ${id}`);
    sections.push({ name: id === 0 ? content.peekName() : name, sizeBytes: content.sizeBytes });
    if (name === "type") types = readTypes(content);
    if (name === "import") imports = content.vector(() => readImport(content, types));
    if (name === "export") exports = content.vector(() => readExport(content));
    if (name === "data") data = content.vector(() => readSegment(content));
  }
  return { imports, exports, data, sections };
}

/** Function types as text. Types of the garbage collection proposal are none of a guest's. */
function readTypes(cursor: Cursor): string[] {
  const valueTypes = () => cursor.vector(() => VALUE_TYPES[cursor.byte()] ?? cursor.fail("unknown value type"));
  return cursor.vector(() => {
    const form = cursor.byte();
    if (form !== 0x60) cursor.fail(`unknown kind of type 0x${form.toString(16)}`);
    const parameters = valueTypes();
    const results = valueTypes();
    return `(${parameters.join(", ")})${results.length === 0 ? "" : ` -> ${results.join(", ")}`}`;
  });
}

function readImport(cursor: Cursor, types: readonly string[]): ModuleImport {
  const module = cursor.name();
  const name = cursor.name();
  const kind = KINDS[cursor.byte()] ?? cursor.fail("unknown kind of import");
  switch (kind) {
    case "function":
      return { module, name, kind, type: types[cursor.u32()] ?? cursor.fail("unknown type of function") };
    case "table":
      cursor.byte();
      cursor.limits();
      break;
    case "memory":
      cursor.limits();
      break;
    case "global":
      cursor.bytes(2);
      break;
    case "tag":
      cursor.byte();
      cursor.u32();
  }
  return { module, name, kind, type: undefined };
}

function readExport(cursor: Cursor): string {
  const name = cursor.name();
  cursor.byte();
  cursor.u32();
  return name;
}

function readSegment(cursor: Cursor): DataSegment {
  const mode = cursor.u32();
  if (mode === 2) cursor.u32();
  const address = mode === 1 ? undefined : readAddress(cursor);
  return { address, bytes: cursor.bytes(cursor.u32()) };
}

/** A constant expression: `i32.const N` or `global.get N`. */
function readAddress(cursor: Cursor): number | undefined {
  const I32_CONST = 0x41;
  const GLOBAL_GET = 0x23;
  const END = 0x0b;
  const opcode = cursor.byte();
  if (opcode !== I32_CONST && opcode !== GLOBAL_GET) cursor.fail(`unknown address of data (opcode ${opcode})`);
  const value = cursor.s32();
  if (cursor.byte() !== END) cursor.fail("an address of data that is computed");
  return opcode === I32_CONST ? value >>> 0 : undefined;
}

/** Reads one thing after the other. */
class Cursor {
  readonly #reader: Reader;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#reader = new Reader(bytes, "WebAssembly");
  }

  get atEnd(): boolean {
    return this.#at === this.#reader.sizeBytes;
  }

  get sizeBytes(): number {
    return this.#reader.sizeBytes;
  }

  byte(): number {
    return this.#reader.u8(this.#at++);
  }

  bytes(count: number): Uint8Array {
    const bytes = this.#reader.slice(this.#at, count);
    this.#at += count;
    return bytes;
  }

  /** LEB128, unsigned. */
  u32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value <= 0xffff_ffff ? value : this.fail("a number of more than 32 bits");
    }
    return this.fail("a number of more than 5 bytes");
  }

  /** LEB128, signed. */
  s32(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return shift < 25 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value;
    }
    return this.fail("a number of more than 5 bytes");
  }

  name(): string {
    return new TextDecoder().decode(this.bytes(this.u32()));
  }

  /** The name at the cursor, which stays where it is. */
  peekName(): string {
    const at = this.#at;
    const name = this.name();
    this.#at = at;
    return name;
  }

  limits(): void {
    const hasMaximum = (this.byte() & 1) !== 0;
    this.u32();
    if (hasMaximum) this.u32();
  }

  /** As many items as the number before them says; each takes at least a byte, so that a false number ends soon. */
  vector<T>(item: () => T): T[] {
    const count = this.u32();
    const items: T[] = [];
    for (let i = 0; i < count; i++) items.push(item());
    return items;
  }

  fail(problem: string): never {
    return this.#reader.fail(problem);
  }
}
