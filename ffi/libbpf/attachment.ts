/**
 * Types that all ways of attaching share.
 *
 * @module
 */

import type { Operation } from "../../errors/mod.ts";
import type { NativePointer } from "../system/pointers.ts";
import type { AttachTarget, BpfProgram } from "./interfaces/mod.ts";
import type { Native } from "./native.ts";

/** A program and the way to its target. */
export interface Attachment {
  readonly native: Native;
  readonly pointer: NativePointer<"bpf_program">;
  readonly program: BpfProgram;
  /** For errors. */
  readonly operation: Operation;
  /** For links: `program "handle_exec" to tp/sched/sched_process_exec`. */
  readonly description: string;
}

/** The target of one kind. */
export type Target<K extends AttachTarget["kind"]> = Extract<AttachTarget, { kind: K }>;
