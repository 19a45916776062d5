/**
 * The sections of a module.
 *
 * @see https://webassembly.github.io/spec/core/binary/modules.html the format
 * @module
 */

import { Cursor } from "./cursor.ts";

/** The size of a module's magic number and version. */
const HEADER_BYTES = 8;

/** The numbers of sections, in ascending order from 0. */
export const SECTION = {
  CUSTOM: 0,
  TYPE: 1,
  IMPORT: 2,
  FUNCTION: 3,
  TABLE: 4,
  MEMORY: 5,
  GLOBAL: 6,
  EXPORT: 7,
  START: 8,
  ELEMENT: 9,
  CODE: 10,
  DATA: 11,
  DATA_COUNT: 12,
  TAG: 13,
} as const;

/** The kinds of imports and exports in the order of their numbers. */
const KINDS = ["function", "table", "memory", "global", "tag"] as const;

/** A kind of import or export. */
export type Kind = typeof KINDS[number];

/** A section of a module. */
export interface Section {
  /** One of {@link SECTION}, or another number. */
  readonly id: number;
  /** The offset of its number. */
  readonly start: number;
  /** The offset of the byte after it. */
  readonly end: number;
  /** A cursor on its content. */
  readonly content: Cursor;
}

/** True when `bytes` begin with the magic number and version of WebAssembly modules. */
export function isWasm(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0].every((byte, i) => bytes[i] === byte);
}

/** True when `bytes` begin like a component, which has the same magic number, another version and layer 1. */
export function isComponent(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && [0, 0x61, 0x73, 0x6d].every((byte, i) => bytes[i] === byte) &&
    bytes[6] === 1 && bytes[7] === 0;
}

/** The sections in order. @throws {FormatError} when one ends past the end of the module. */
export function* readSections(bytes: Uint8Array): Generator<Section> {
  const cursor = new Cursor(bytes).from(HEADER_BYTES);
  while (!cursor.atEnd) {
    const start = cursor.at;
    const id = cursor.byte();
    const content = new Cursor(cursor.bytes(cursor.u32()));
    yield { id, start, end: cursor.at, content };
  }
}

/** A kind of import or export. @throws {FormatError} */
export function readKind(cursor: Cursor): Kind {
  const code = cursor.byte();
  return KINDS[code] ?? cursor.fail(`unknown kind 0x${code.toString(16)} of import or export`);
}

/** The width in bits of a memory's addresses, or of a table's indices. */
export type AddressBits = 32 | 64;

/** The limits of a memory in pages, or of a table in entries. */
export interface Limits {
  readonly minimum: number;
  readonly maximum: number | undefined;
  readonly addressBits: AddressBits;
}

/** The flag of a memory or table with a maximum. */
export const HAS_MAXIMUM = 1;
const HAS_64_BITS = 4;
const HAS_PAGE_SIZE = 8;

/** The limits of a memory or table. @throws {FormatError} */
export function readLimits(cursor: Cursor): Limits {
  const flags = cursor.byte();
  const addressBits = (flags & HAS_64_BITS) !== 0 ? 64 : 32;
  const read = () => addressBits === 64 ? cursor.u64() : cursor.u32();
  const minimum = read();
  const maximum = (flags & HAS_MAXIMUM) !== 0 ? read() : undefined;
  if ((flags & HAS_PAGE_SIZE) !== 0) cursor.u32();
  return { minimum, maximum, addressBits };
}
