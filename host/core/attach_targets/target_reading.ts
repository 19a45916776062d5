/**
 * Types and functions that the parsers of attach targets share.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation, printable } from "../../../errors/mod.ts";
import type { AttachTarget, System } from "../../../ffi/mod.ts";
import type { GuestObject } from "../guest_object.ts";
import type { ProgramDescription } from "../requests.ts";

/** A target to parse, with its context. */
export interface Reading {
  readonly system: System;
  readonly object: GuestObject;
  readonly program: ProgramDescription;
  /** The target's text, from the caller or from the program's section. */
  readonly text: string;
}

/** A target, and the descriptor that was opened for it, if any. It is closed after attaching. */
export interface Reached {
  readonly target: AttachTarget;
  readonly opened?: number;
}

/** The operation of attaching a program, for errors. @param text the target; by default none is named. */
export function attachOperation({ name }: ProgramDescription, text?: string): Operation {
  const target = text === undefined ? undefined : `"${text}"`;
  return { operation: "attach", kind: "program", subject: name, target };
}

/** The error for a malformed target. */
export function misread({ program, text }: Reading, reason: string): BpfError {
  return new BpfError(attachOperation(program, text), LINUX_ERRNO.EINVAL, { reason: printable(reason) });
}

/**
 * A path of the host that a guest named was not opened. The user sees the reason. The guest gets ENOENT in every case, because the
 * reason could reveal which files exist.
 */
export class HiddenPath extends Error {
  readonly reason: BpfError;

  constructor(reason: BpfError) {
    super(reason.message, { cause: reason });
    this.reason = reason;
  }
}

/** Calls `open` and returns the descriptor. @throws {HiddenPath} when `open` fails. */
export function openHidden(open: () => number): number {
  return withHiddenPath(open);
}

/** Calls `use` on a path of the host. @throws {HiddenPath} when `use` fails. */
export function withHiddenPath<T>(use: () => T): T {
  try {
    return use();
  } catch (error) {
    throw error instanceof BpfError ? new HiddenPath(error) : error;
  }
}
