/**
 * Structs of options: the rules for their fields, and reading them from the guest's memory.
 *
 * As in libbpf, the first field of a struct has its size for the guest. Fields beyond it are zero, and a guest's fields that this host
 * does not know must be zero.
 *
 * @module
 */

import type { NativeArgument, NativeStruct } from "../../ffi/mod.ts";
import type { GuestPtr } from "../core/memory.ts";
import { refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import { FIELDS } from "./struct_fields.ts";

/** The name of a struct of options. */
export type StructName = keyof typeof FIELDS;

/** The place of a field in bytes. */
interface Place {
  readonly offset: number;
  readonly size: number;
}

/** A field of a guest's struct, as a rule sees it. */
export interface Field {
  readonly call: Call;
  /** The copy of the guest's struct. Fields beyond the guest's size are zero. */
  readonly source: DataView<ArrayBuffer>;
  readonly target: NativeStruct;
  readonly offset: number;
  /** The place of another field of the same struct. */
  place(name: string): Place;
}

/** The treatment of a field that is not zero: it is copied, or a function translates it. */
export type FieldRule = "copy" | ((field: Field) => void);

/** The offered fields of a struct. */
export interface StructRule {
  readonly name: StructName;
  readonly fields: Readonly<Record<string, FieldRule>>;
  /** The fields that libbpf writes. */
  readonly written: readonly string[];
}

/** A rule for a struct. @param fields those that are copied as they are, then rules for others. */
export function struct(
  name: StructName,
  fields: readonly string[],
  rules: Readonly<Record<string, FieldRule>> = {},
  written: readonly string[] = [],
): StructRule {
  return {
    name,
    fields: { ...Object.fromEntries([...fields, ...written].map((field) => [field, "copy" as const])), ...rules },
    written,
  };
}

/** A struct that was read, and the way to write the results back. */
export interface ReadStruct {
  readonly struct: NativeStruct;
  writeBack(): void;
}

/** The largest size of a guest's struct. A guest with newer headers has larger structs than this host. */
const MAX_BYTES = 4096;
const SIZE_BYTES = 8;

/** A copy of a guest's struct. */
export interface CopiedStruct {
  /** All fields that the host knows. Those beyond the guest's size are zero. */
  readonly view: DataView<ArrayBuffer>;
  /** The number of these bytes that the guest has. */
  readonly known: number;
  place(field: string): Place;
}

/** Copies the struct at `at`. Refuses with EINVAL; with E2BIG for unknown fields that are not zero; with ENOTSUP for others. */
export function copyOptions(call: Call, at: GuestPtr, rule: StructRule): CopiedStruct {
  const layout: Layout = FIELDS[rule.name];
  const guestSize = sizeOf(call, at);
  const given = call.guest.memory.view(at, guestSize);
  if (given.subarray(layout.size).some((byte) => byte !== 0)) refuse("E2BIG");
  const copied = new Uint8Array(layout.size);
  copied.set(given.subarray(0, layout.size));
  const offered = ([name, [offset, size]]: [string, readonly [number, number]]) =>
    name === "sz" || isZero(copied, offset, size) || isOffered(rule, layout, offset);
  if (!Object.entries(layout.fields).every(offered)) refuse("ENOTSUP");
  return {
    view: new DataView(copied.buffer),
    known: Math.min(guestSize, layout.size),
    place: (field) => placeIn(layout, field),
  };
}

/** True if a field at `offset` is offered. Unions have several. */
function isOffered(rule: StructRule, layout: Layout, offset: number): boolean {
  return Object.keys(rule.fields).some((name) => layout.fields[name]?.[0] === offset);
}

function isZero(bytes: Uint8Array, offset: number, size: number): boolean {
  return bytes.subarray(offset, offset + size).every((byte) => byte === 0);
}

/** Reads the struct at `at` for libbpf. Refuses as {@link copyOptions}. */
export function readStruct(call: Call, at: GuestPtr, rule: StructRule): ReadStruct {
  const layout: Layout = FIELDS[rule.name];
  const { view, known, place } = copyOptions(call, at, rule);
  const struct = call.calls.struct(new Uint8Array(layout.size));
  new DataView(struct.bytes.buffer).setBigUint64(0, BigInt(known), true);
  for (const [name, fieldRule] of Object.entries(rule.fields)) {
    const { offset, size } = place(name);
    const source = new Uint8Array(view.buffer, offset, size);
    if (isZero(source, 0, size)) continue;
    if (fieldRule === "copy") struct.bytes.set(source, offset);
    else fieldRule({ call, source: view, target: struct, offset, place });
  }
  const writeBack = () => {
    const target = call.guest.memory.view(at, known);
    for (const name of rule.written) {
      const { offset, size } = place(name);
      if (offset + size <= known) target.set(struct.bytes.subarray(offset, offset + size), offset);
    }
  };
  return { struct, writeBack };
}

/** A number of 32 bits in a struct of options that libbpf gets; 0 if it gets none. */
export function fieldOf(argument: NativeArgument | undefined, name: StructName, field: string): number {
  if (typeof argument !== "object" || argument === null || !("bytes" in argument)) return 0;
  const { bytes } = argument;
  const { offset } = placeIn(FIELDS[name], field);
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset, true);
}

/** The size that the guest gives its struct. */
function sizeOf(call: Call, at: GuestPtr): number {
  const { memory } = call.guest;
  memory.check(at, SIZE_BYTES);
  const size = memory.data.getBigUint64(at, true);
  if (size < SIZE_BYTES) refuse("EINVAL");
  if (size > MAX_BYTES) refuse("E2BIG");
  return Number(size);
}

type Layout = { readonly size: number; readonly fields: Readonly<Record<string, readonly [number, number]>> };

function placeIn(layout: Layout, name: string): Place {
  const found = layout.fields[name];
  if (found === undefined) throw new TypeError(`Cannot find field ${name}: unknown`);
  return { offset: found[0], size: found[1] };
}
