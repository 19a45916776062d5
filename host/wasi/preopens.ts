/**
 * The directories that a guest is given.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors.ts";
import type { Files } from "../../ffi/files.ts";
import { O } from "../../ffi/files.ts";
import { type Descriptor, preopenedDirectory } from "./descriptors.ts";

/** A directory of the host and the name under which the guest finds it. */
export interface Preopen {
  readonly hostPath: string;
  readonly guestPath: string;
  /** Whether the guest may change nothing in it. */
  readonly readOnly: boolean;
}

/**
 * Parses what follows `--dir`: `HOST`, `HOST::GUEST`, each with `:ro` after it for a directory that the guest only reads.
 *
 * @throws {RangeError} when a path is empty.
 */
export function parsePreopen(text: string): Preopen {
  const readOnly = text.endsWith(":ro");
  const paths = readOnly ? text.slice(0, -":ro".length) : text;
  const at = paths.indexOf("::");
  const hostPath = at < 0 ? paths : paths.slice(0, at);
  const guestPath = at < 0 ? paths : paths.slice(at + 2);
  if (hostPath === "" || guestPath === "") {
    throw new RangeError(`Cannot give directory "${text}": it is not HOST, HOST::GUEST, or one of them with :ro`);
  }
  return { hostPath, guestPath, readOnly };
}

/**
 * Opens a directory for the guest.
 *
 * @throws {BpfError} when it cannot be opened, or when the kernel cannot hold a guest inside it (before 5.6).
 */
export function openPreopen(files: Files, { hostPath, guestPath, readOnly }: Preopen): Descriptor {
  const operation = `Cannot give the guest directory "${hostPath}"`;
  const hostFd = files.openDirectory(hostPath);
  if (hostFd < 0) throw new BpfError(operation, hostFd);
  const probe = files.openBeneath(hostFd, Uint8Array.of(0x2e, 0), O.PATH | O.DIRECTORY);
  if (probe < 0) {
    files.close(hostFd);
    const hint = probe === -LINUX_ERRNO.ENOSYS
      ? "the kernel has no openat2, which keeps a guest inside its directories; Linux 5.6 or newer is needed for --dir"
      : undefined;
    throw new BpfError(operation, probe, { hint });
  }
  files.close(probe);
  return preopenedDirectory(hostFd, guestPath, readOnly);
}
