/**
 * Rules for the fields of structs: strings, bytes, lists and descriptors.
 *
 * @module
 */

import type { DescriptorKind } from "../core/descriptors.ts";
import type { GuestPtr } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";
import type { FieldRule } from "./structs.ts";

/** The most elements of a list: a program can be attached to every function of the kernel. */
const MAX_LIST = 1 << 17;

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

/** A list of pointers to strings. Pointers in memory have the guest's width. */
export function textsOf(countField: string): FieldRule {
  return ({ call, source, target, offset, place }) => {
    const { memory } = call.guest;
    const count = listLength(numberAt(source, place(countField)));
    const at = call.pointerIn(source, offset);
    memory.check(at, count * memory.pointerBytes);
    const pointers = Array.from({ length: count }, (_, index) => memory.readPointer(at + index * memory.pointerBytes));
    target.pointToList(offset, pointers.map((pointer: GuestPtr) => cString(call.textAt(pointer))));
  };
}

/** A list of `unsigned long`, which have the guest's width. */
export function longsOf(countField: string): FieldRule {
  return ({ call, source, target, offset, place }) => {
    const { memory } = call.guest;
    const count = listLength(numberAt(source, place(countField)));
    const at = call.pointerIn(source, offset);
    const { pointerBytes } = memory;
    const bytes = call.copy(at, count * pointerBytes);
    target.point(offset, pointerBytes === 8 ? bytes : widened(bytes));
  };
}

/** A descriptor of one of these kinds. */
export function descriptorOf(...kinds: DescriptorKind[]): FieldRule {
  return ({ call, source, target, offset }) => {
    const hostFd = call.hostFd(source.getInt32(offset, true), kinds);
    new DataView(target.bytes.buffer).setInt32(offset, hostFd, true);
  };
}

/** An unsigned number of 1, 4 or 8 bytes. */
export function numberAt(source: DataView, { offset, size }: { offset: number; size: number }): number {
  if (size === 8) return Number(source.getBigUint64(offset, true));
  return size === 4 ? source.getUint32(offset, true) : source.getUint8(offset);
}

function listLength(count: number): number {
  return count <= MAX_LIST ? count : refuse("E2BIG");
}

function widened(longs: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(BigUint64Array.from(new Uint32Array(longs.buffer), BigInt).buffer);
}

/** `text` with a NUL. */
export function cString(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`${text}\0`);
}
