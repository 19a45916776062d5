/**
 * The kinds of handles that stand for structs of libbpf.
 *
 * @module
 */

import type { NativeRef } from "../../ffi/mod.ts";
import type { GuestObject } from "../core/guest_object.ts";
import { HandleKind } from "../core/handles.ts";
import type { GuestLink } from "./guest_link.ts";

/** A program or a map of an object. It ends with the object. */
export interface ObjectPart {
  readonly ref: NativeRef;
  readonly object: GuestObject;
  /** True for the definition of an inner map, of which libbpf knows only the properties. */
  readonly isInner?: boolean;
}

/** `struct bpf_program`. */
export const PROGRAMS = new HandleKind<ObjectPart>("bpf_program");
/** `struct bpf_map`. */
export const MAPS = new HandleKind<ObjectPart>("bpf_map");
/** `struct bpf_link`. */
export const LINKS = new HandleKind<GuestLink>("bpf_link");
