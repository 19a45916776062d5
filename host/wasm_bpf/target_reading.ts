/**
 * Types and functions that the parsers of attach targets share.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, printable } from "../../errors/mod.ts";
import type { AttachTarget, BpfObject, BpfProgram, System } from "../../ffi/mod.ts";

/** A target to parse, with its context. */
export interface Reading {
  readonly system: System;
  readonly object: BpfObject;
  readonly program: BpfProgram;
  /** The target's text, from the caller or from the program's section. */
  readonly text: string;
}

/** A target, and the descriptor that was opened for it, if any. It is closed after attaching. */
export interface Reached {
  readonly target: AttachTarget;
  readonly opened?: number;
}

/** The error for a malformed target. */
export function misread({ program, text }: Reading, reason: string): BpfError {
  const operation = `Cannot attach program "${program.name}" to "${printable(text)}"`;
  return new BpfError(operation, LINUX_ERRNO.EINVAL, { log: [printable(reason)] });
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
  try {
    return open();
  } catch (error) {
    throw error instanceof BpfError ? new HiddenPath(error) : error;
  }
}
