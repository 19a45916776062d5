/**
 * References to structs of libbpf. Code outside `ffi/` can hold and compare them, and never sees their addresses.
 *
 * @module
 */

import type { NativeRef } from "./interfaces/native_ref.ts";

/** The pointer of each live reference. A revoked one has none, so that no call can use freed memory. */
const pointers = new WeakMap<NativeRef, Deno.PointerObject>();
/** The references to parts of a struct, by address: a program has one reference, however often libbpf returns its pointer. */
const parts = new WeakMap<NativeRef, Map<bigint, NativeRef>>();

/** A reference to the struct at `pointer`, until {@link revoke}. */
export function makeRef(struct: string, pointer: Deno.PointerObject): NativeRef {
  const ref: NativeRef = Object.freeze({ struct });
  pointers.set(ref, pointer);
  return ref;
}

/** The reference to a part of `owner`, such as a program of an object. It is revoked with its owner. */
export function partRef(owner: NativeRef, struct: string, pointer: Deno.PointerObject): NativeRef {
  const known = parts.get(owner) ?? new Map<bigint, NativeRef>();
  parts.set(owner, known);
  const address = Deno.UnsafePointer.value(pointer);
  const found = known.get(address);
  if (found !== undefined && pointers.has(found)) return found;
  const ref = makeRef(struct, pointer);
  known.set(address, ref);
  return ref;
}

/** The pointer behind a reference. @throws {TypeError} when it was revoked. */
export function pointerOf(ref: NativeRef): Deno.PointerObject {
  const pointer = pointers.get(ref);
  if (pointer === undefined) throw new TypeError(`Cannot use ${ref.struct}: freed`);
  return pointer;
}

/** Makes a reference and those to its parts unusable. Called when libbpf frees the struct. */
export function revoke(ref: NativeRef): void {
  pointers.delete(ref);
  for (const part of parts.get(ref)?.values() ?? []) revoke(part);
  parts.delete(ref);
}
