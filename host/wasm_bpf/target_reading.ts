/**
 * What the readers of attach targets share.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, printable } from "../../errors.ts";
import type { AttachTarget, BpfObject, BpfProgram, Libbpf } from "../../ffi/mod.ts";

/** What a target is read with. */
export interface Reading {
  readonly libbpf: Libbpf;
  readonly object: BpfObject;
  readonly program: BpfProgram;
  /** What a caller gave, or the program's section says. */
  readonly text: string;
}

/** A target, and the descriptor that was opened for it, if any: closed once the program is attached. */
export interface Reached {
  readonly target: AttachTarget;
  readonly opened?: number;
}

/** The error for a target that cannot be read. */
export function misread({ program, text }: Reading, reason: string): BpfError {
  const operation = `Cannot attach program "${program.name}" to "${printable(text)}"`;
  return new BpfError(operation, LINUX_ERRNO.EINVAL, { log: [printable(reason)] });
}

/**
 * A path of the host that a guest named was not opened. The user is told why. A guest that learnt the reason could find out which
 * files there are: it gets ENOENT for each.
 */
export class HiddenPath extends Error {
  readonly reason: BpfError;

  constructor(reason: BpfError) {
    super(reason.message, { cause: reason });
    this.reason = reason;
  }
}

/** The descriptor that `open` gives. @throws {HiddenPath} when it is refused. */
export function openHidden(open: () => number): number {
  try {
    return open();
  } catch (error) {
    throw error instanceof BpfError ? new HiddenPath(error) : error;
  }
}
