/**
 * Rules for the fields of structs: strings, bytes, lists and descriptors.
 *
 * @module
 */

import { cString } from "../../ffi/system/c_string.ts";
import type { DescriptorKind } from "../core/descriptors.ts";
import { refuse } from "../core/refusal.ts";
import type { FieldRule } from "./structs.ts";

/** The most elements of a list: a program can be attached to every function of the kernel. */
const MAX_LIST = 1 << 17;
const WORD_BYTES = 8;
/** The most bytes of all strings of a list, which may all be the same one in the guest's memory. */
const MAX_LIST_BYTES = 1 << 24;

/** A string. @param check refuses a string that libbpf must not get. */
export function text(check: (text: string) => void = () => {}): FieldRule {
  return ({ call, source, target, offset }) => {
    const value = call.textAt(call.pointerIn(source, offset));
    check(value);
    target.point(offset, cString(value));
  };
}

/** Bytes that libbpf reads. @param sizeField the field with their number, or fields with factors of it; @param unit its unit in bytes. */
export function bytesOf(sizeField: string | readonly string[], unit = 1): FieldRule {
  return ({ call, source, target, offset, place }) => {
    const fields = typeof sizeField === "string" ? [sizeField] : sizeField;
    const count = fields.reduce<number>((product, name) => product * numberAt(source, place(name)), 1);
    const at = call.pointerIn(source, offset);
    target.point(offset, call.copy(at, count * unit));
  };
}

/** Bytes that libbpf writes to, as far as `sizeField` says. */
export function bytesInto(sizeField: string, unit = 1): FieldRule {
  return ({ call, source, target, offset, place }) => {
    const sizeBytes = numberAt(source, place(sizeField)) * unit;
    const at = call.pointerIn(source, offset);
    const copied = call.copy(at, sizeBytes);
    call.onReturn(() => call.guest.memory.view(at, sizeBytes).set(copied));
    target.point(offset, copied);
  };
}

/** A list of pointers to strings. As structs, lists have 64-bit elements for both widths. */
export function textsOf(countField: string): FieldRule {
  return ({ call, source, target, offset, place }) => {
    const count = listLength(numberAt(source, place(countField)));
    const list = new DataView(call.copy(call.pointerIn(source, offset), count * WORD_BYTES).buffer);
    let sizeBytes = 0;
    const texts = Array.from({ length: count }, (_, index) => {
      const text = cString(call.textAt(call.pointerIn(list, index * WORD_BYTES)));
      sizeBytes += text.length;
      return sizeBytes <= MAX_LIST_BYTES ? text : refuse("E2BIG");
    });
    target.pointToList(offset, texts);
  };
}

/** A list of `unsigned long`, which have 64 bits for both widths. */
export function longsOf(countField: string): FieldRule {
  return bytesOf(countField, WORD_BYTES);
}

/** A descriptor of one of these kinds. */
export function descriptorOf(...kinds: DescriptorKind[]): FieldRule {
  return ({ call, source, target, offset }) => {
    const hostFd = call.hostFd(source.getInt32(offset, true), kinds);
    new DataView(target.bytes.buffer).setInt32(offset, hostFd, true);
  };
}

/** An unsigned number of 1, 4 or 8 bytes. */
function numberAt(source: DataView, { offset, size }: { offset: number; size: number }): number {
  if (size === 8) return Number(source.getBigUint64(offset, true));
  return size === 4 ? source.getUint32(offset, true) : source.getUint8(offset);
}

function listLength(count: number): number {
  return count <= MAX_LIST ? count : refuse("E2BIG");
}
