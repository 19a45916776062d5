/**
 * The descriptors that a caller chooses for the standard streams of a guest.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../errors/mod.ts";
import type { Files } from "../ffi/system/files.ts";

/** Descriptors of this process; 0, 1 and 2 by default. */
export interface StandardStreams {
  readonly stdin?: number | undefined;
  readonly stdout?: number | undefined;
  readonly stderr?: number | undefined;
}

const MAX_DESCRIPTOR = 2 ** 31 - 1;

/**
 * Checks the chosen descriptors. The process's own 0, 1 and 2 may be closed: the guest then lacks that stream.
 *
 * @throws {BpfError} EBADF for a number that is not an open descriptor.
 */
export function checkStandardStreams(files: Files, { stdin, stdout, stderr }: StandardStreams): void {
  for (const [name, fd] of Object.entries({ stdin, stdout, stderr })) {
    if (fd === undefined) continue;
    const isDescriptor = Number.isInteger(fd) && fd >= 0 && fd <= MAX_DESCRIPTOR;
    if (isDescriptor && files.flags(fd) >= 0) continue;
    throw new BpfError({ operation: "run", kind: "guest" }, LINUX_ERRNO.EBADF, {
      reason: `${name} is not an open descriptor`,
    });
  }
}
