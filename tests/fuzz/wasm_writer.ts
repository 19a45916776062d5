/**
 * Writes WebAssembly modules: types, imports, functions, a memory and a table.
 *
 * @module
 */

import { SECTION } from "../../wasm/sections.ts";
import { unsignedLeb } from "../../wasm/write_section.ts";

/** A value type, by its code. */
export const VALUE = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c } as const;

/** The type of a function. */
export interface Signature {
  readonly parameters: readonly (keyof typeof VALUE)[];
  readonly result: keyof typeof VALUE | undefined;
}

/** Signed LEB128. */
export function signedLeb(value: bigint): number[] {
  const bytes: number[] = [];
  for (;;) {
    const low = Number(value & 127n);
    value >>= 7n;
    if ((value === 0n && low < 64) || (value === -1n && low >= 64)) return [...bytes, low];
    bytes.push(low | 128);
  }
}

/** The parts of a module. */
export interface ModuleParts {
  readonly addressBits: 32 | 64;
  readonly imports: readonly { readonly module: string; readonly name: string; readonly type: Signature }[];
  /** The functions after the imports: their types and their code, without the final `end`. */
  readonly functions: readonly { readonly type: Signature; readonly code: readonly number[] }[];
  /** Exported functions by their index. */
  readonly exports: Readonly<Record<string, number>>;
  readonly pages: { readonly minimum: number; readonly maximum: number };
  /** The functions in the table, from entry 1 on. Undefined entries stay null. */
  readonly table: readonly (number | undefined)[];
  readonly data: readonly { readonly at: number; readonly bytes: Uint8Array }[];
}

/** Writes a module. */
export function writeModule(parts: ModuleParts): Uint8Array<ArrayBuffer> {
  const { imports, functions, addressBits: bits } = parts;
  const types = new Types();
  const importEntries = imports.map((
    { module, name, type },
  ) => [...text(module), ...text(name), 0, ...leb(types.index(type))]);
  const functionEntries = functions.map(({ type }) => leb(types.index(type)));
  const wide = bits === 64 ? 4 : 0;
  const limits = (minimum: number, maximum: number) => [1 | wide, ...leb(minimum), ...leb(maximum)];
  const constant = (value: number) => [bits === 64 ? 0x42 : 0x41, ...signedLeb(BigInt(value)), 0x0b];
  const exports = Object.entries(parts.exports).map(([name, index]) => [...text(name), 0, ...leb(index)]);
  const elements = parts.table.flatMap((index, i) =>
    index === undefined ? [] : [[0, ...constant(i + 1), 1, ...leb(index)]]
  );
  const data = parts.data.map(({ at, bytes }) => [0, ...constant(at), ...leb(bytes.length), ...bytes]);
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(SECTION.TYPE, types.entries),
    ...section(SECTION.IMPORT, importEntries),
    ...section(SECTION.FUNCTION, functionEntries),
    ...section(SECTION.TABLE, [[0x70, ...limits(parts.table.length + 4, 100)]]),
    ...section(SECTION.MEMORY, [limits(parts.pages.minimum, parts.pages.maximum)]),
    ...section(SECTION.EXPORT, [[...text("memory"), 2, 0], [...text("__indirect_function_table"), 1, 0], ...exports]),
    ...section(SECTION.ELEMENT, elements),
    ...section(SECTION.CODE, functions.map(({ code }) => [...leb(code.length + 2), 0, ...code, 0x0b])),
    ...section(SECTION.DATA, data),
  ]);
}

class Types {
  readonly entries: number[][] = [];
  readonly #indices = new Map<string, number>();

  index({ parameters, result }: Signature): number {
    const list = parameters.map((type) => VALUE[type]);
    const results = result === undefined ? [] : [VALUE[result]];
    const entry = [0x60, ...leb(list.length), ...list, results.length, ...results];
    const known = this.#indices.get(entry.join());
    if (known !== undefined) return known;
    this.entries.push(entry);
    this.#indices.set(entry.join(), this.entries.length - 1);
    return this.entries.length - 1;
  }
}

const leb = unsignedLeb;

function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...leb(bytes.length), ...bytes];
}

function section(id: number, entries: readonly (readonly number[])[]): number[] {
  const content = [...leb(entries.length), ...entries.flat()];
  return [id, ...leb(content.length), ...content];
}
