/**
 * The parts of objects that a guest has handles and descriptors for: programs and maps. They end with their object.
 *
 * @module
 */

import type { NativeRef, NativeValue } from "../../ffi/mod.ts";
import type { GuestContext } from "../core/context.ts";
import type { Descriptor } from "../core/descriptors.ts";
import type { GuestObject } from "../core/guest_object.ts";
import { refuse } from "../core/refusal.ts";
import type { Call } from "./call.ts";
import { LINKS, MAPS, PROGRAMS } from "./kinds.ts";

/** The parts of one object. */
interface Parts {
  readonly handles: Map<NativeRef, number>;
  /** The only entry of each part in the guest's table. The guest can close it and move it to another number. */
  readonly descriptors: Map<NativeRef, Descriptor>;
}

const allParts = new WeakMap<GuestObject, Parts>();

function partsOf(guest: GuestContext, object: GuestObject): Parts {
  const known = allParts.get(object);
  if (known !== undefined) return known;
  const parts: Parts = { handles: new Map(), descriptors: new Map() };
  allParts.set(object, parts);
  // A guest may import both versions, and close the object by version 1.
  object.beforeClose(() => endParts(guest, object));
  return parts;
}

/** The handle of a program or map that libbpf returned. A part has the same handle each time. */
export function partHandle(
  { guest }: Call,
  object: GuestObject,
  value: NativeValue,
  options: { readonly isInner?: boolean } = {},
): number {
  if (typeof value !== "object") throw new TypeError("Cannot give a handle to a value that is no struct");
  const { handles } = partsOf(guest, object);
  const known = handles.get(value);
  if (known !== undefined) return known;
  const kind = value.struct === "bpf_map" ? MAPS : PROGRAMS;
  const handle = kind.of(guest.handles).add({ ref: value, object, ...options });
  handles.set(value, handle);
  return handle;
}

/**
 * The guest's descriptor of a part. It has the same number each time, unless the guest has closed it.
 *
 * @param make makes the entry, which does not own the host's descriptor.
 */
export function partDescriptor(
  { guest }: Call,
  { ref, object }: { ref: NativeRef; object: GuestObject },
  make: () => Descriptor,
): number {
  const { descriptors } = partsOf(guest, object);
  const entry = descriptors.get(ref) ?? make();
  descriptors.set(ref, entry);
  return guest.descriptors.numberOf(entry) ?? guest.descriptors.add(entry) ?? refuse("EMFILE");
}

/** Ends a part before its object: libbpf has freed it. */
export function endPart(guest: GuestContext, object: GuestObject, ref: NativeRef): void {
  const parts = partsOf(guest, object);
  endHandle(guest, parts, ref);
  endDescriptor(guest, parts, ref);
  guest.gate.calls.revoke(ref);
}

/** Ends the descriptor of a part, which libbpf has closed. */
export function endPartDescriptor(guest: GuestContext, object: GuestObject, ref: NativeRef): void {
  endDescriptor(guest, partsOf(guest, object), ref);
}

/** Ends the links that point into an object, and the handles and descriptors of all its parts. */
function endParts(guest: GuestContext, object: GuestObject): void {
  for (const link of LINKS.of(guest.handles).values()) {
    if (link.object === object) guest.resources.close(link);
  }
  const parts = partsOf(guest, object);
  for (const ref of [...parts.handles.keys()]) endHandle(guest, parts, ref);
  endDescriptors(guest, object);
  allParts.delete(object);
}

/** Ends the descriptors of all parts of an object, which libbpf closes when loading fails. */
export function endDescriptors(guest: GuestContext, object: GuestObject): void {
  const parts = partsOf(guest, object);
  for (const ref of [...parts.descriptors.keys()]) endDescriptor(guest, parts, ref);
}

function endHandle(guest: GuestContext, { handles }: Parts, ref: NativeRef): void {
  const handle = handles.get(ref);
  handles.delete(ref);
  if (handle === undefined) return;
  (ref.struct === "bpf_map" ? MAPS : PROGRAMS).of(guest.handles).remove(handle);
}

function endDescriptor(guest: GuestContext, { descriptors }: Parts, ref: NativeRef): void {
  const entry = descriptors.get(ref);
  descriptors.delete(ref);
  if (entry !== undefined) guest.descriptors.forget(entry);
}
