/**
 * The layout of a struct_ops map's value, as its object defines it.
 *
 * @module
 */

import { BtfCheck, KIND } from "./validation/btf_check.ts";

const POINTER_BYTES = 8;

/** The size of a value, and the offsets of its members that point to programs. */
export interface StructOpsLayout {
  readonly sizeBytes: number;
  readonly pointers: readonly number[];
}

/**
 * The layout of struct `type` in an object's BTF.
 *
 * @throws {FormatError} when the bytes are not BTF or the type is not a struct.
 */
export function readStructOpsLayout(btfBytes: Uint8Array, type: number): StructOpsLayout {
  const btf = new BtfCheck(btfBytes);
  const struct = btf.resolve(type);
  if (btf.kind(struct) !== KIND.STRUCT) btf.fail(`type ${type} is not a struct`);
  const sizeBytes = btf.sizeOrType(struct);
  const pointers: number[] = [];
  for (let i = 0; i < btf.length(struct); i++) {
    const offset = Math.floor(btf.member(struct, i, 2) / 8);
    const isPointer = btf.kind(btf.resolve(btf.member(struct, i, 1))) === KIND.PTR;
    if (isPointer && offset <= sizeBytes - POINTER_BYTES) pointers.push(offset);
  }
  return { sizeBytes, pointers };
}
