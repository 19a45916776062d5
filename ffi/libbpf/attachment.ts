/**
 * Types that all ways of attaching share.
 *
 * @module
 */

import type { AttachTarget, BpfProgram } from "./interfaces/mod.ts";
import type { Native } from "./native.ts";
import type { NativePointer } from "../system/pointers.ts";

/** A program on its way to a target. */
export interface Attachment {
  readonly native: Native;
  readonly pointer: NativePointer<"bpf_program">;
  readonly program: BpfProgram;
  /** "Cannot attach program ..." */
  readonly operation: string;
  readonly description: string;
}

/** The target of one kind. */
export type Target<K extends AttachTarget["kind"]> = Extract<AttachTarget, { kind: K }>;
