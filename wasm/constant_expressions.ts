/**
 * The constant expressions that place data and fill tables.
 *
 * @see https://webassembly.github.io/spec/core/binary/instructions.html#expressions the encoding
 * @module
 */

import type { Cursor } from "./cursor.ts";

const OPCODE = { END: 0x0b, GLOBAL_GET: 0x23, I32_CONST: 0x41, REF_NULL: 0xd0, REF_FUNC: 0xd2 } as const;

/** The address of data; undefined when it is the value of a global. @throws {FormatError} when it is computed. */
export function readAddress(cursor: Cursor): number | undefined {
  const opcode = cursor.byte();
  if (opcode !== OPCODE.I32_CONST && opcode !== OPCODE.GLOBAL_GET) {
    cursor.fail(`unknown address of data (opcode ${opcode})`);
  }
  const value = cursor.s32();
  if (cursor.byte() !== OPCODE.END) cursor.fail("an address of data that is computed");
  return opcode === OPCODE.I32_CONST ? value >>> 0 : undefined;
}

/** Skips the initial value of a table's entries. @throws {FormatError} when it is computed. */
export function skipReference(cursor: Cursor): void {
  const opcode = cursor.byte();
  switch (opcode) {
    case OPCODE.REF_NULL:
      cursor.s32();
      break;
    case OPCODE.REF_FUNC:
    case OPCODE.GLOBAL_GET:
      cursor.u32();
      break;
    default:
      cursor.fail(`unknown value of a table's entries (opcode ${opcode})`);
  }
  if (cursor.byte() !== OPCODE.END) cursor.fail("a value of a table's entries that is computed");
}
