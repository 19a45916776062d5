/**
 * The constant expressions that place data and fill tables.
 *
 * @see https://webassembly.github.io/spec/core/binary/instructions.html#expressions the encoding
 * @module
 */

import type { Cursor } from "./cursor.ts";

const OPCODE = {
  END: 0x0b,
  GLOBAL_GET: 0x23,
  I32_CONST: 0x41,
  I64_CONST: 0x42,
  REF_NULL: 0xd0,
  REF_FUNC: 0xd2,
} as const;

/**
 * The address of data; undefined when it is the value of a global. Like all 64-bit numbers of this reader, it is not exact beyond 2^53.
 *
 * @throws {FormatError} when it is computed.
 */
export function readAddress(cursor: Cursor): number | undefined {
  const address = readConstant(cursor);
  if (cursor.byte() !== OPCODE.END) cursor.fail("an address of data that is computed");
  return address;
}

function readConstant(cursor: Cursor): number | undefined {
  const opcode = cursor.byte();
  switch (opcode) {
    case OPCODE.I32_CONST:
      return cursor.s32() >>> 0;
    case OPCODE.I64_CONST:
      return Number(BigInt.asUintN(64, cursor.s64()));
    case OPCODE.GLOBAL_GET:
      cursor.u32();
      return undefined;
    default:
      return cursor.fail(`unknown address of data (opcode ${opcode})`);
  }
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
