/**
 * The directories and files that a guest is given.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import type { Files } from "../../ffi/system/files.ts";
import { O } from "../../ffi/system/linux_numbers.ts";
import { type FileDescriptor, filetypeOf, preopenedDirectory, preopenedFile } from "./descriptors.ts";

/**
 * A directory or a file of the host, and the name under which the guest finds it.
 *
 * @example
 * ```ts
 * import type { Preopen, RunGuestOptions } from "@wasm-bpf/wasm-bpf";
 *
 * const cgroups: Preopen = { hostPath: "/sys/fs/cgroup", guestPath: "/cgroup", readOnly: true };
 * const options: RunGuestOptions = { preopens: [cgroups] };
 * ```
 */
export interface Preopen {
  /** The directory, or a single file, in the host. */
  readonly hostPath: string;
  /** Its path for the guest. */
  readonly guestPath: string;
  /** True if the guest may not change it, or anything in it. */
  readonly readOnly: boolean;
}

/**
 * Parses the argument of `--dir`: `HOST` or `HOST::GUEST`, each with `:ro` after it for a directory that the guest only reads.
 *
 * @throws {RangeError} if a path is empty.
 *
 * @example
 * ```ts
 * import { parsePreopen } from "@wasm-bpf/wasm-bpf";
 *
 * const { hostPath, guestPath, readOnly } = parsePreopen("/sys/fs/cgroup::/cgroup:ro");
 * if (hostPath !== "/sys/fs/cgroup" || guestPath !== "/cgroup" || !readOnly) throw new Error("parsed wrongly");
 * ```
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
 * True if a guest's libc finds `path` through this directory. libc compares only the texts, without a slash or "./" at their start.
 */
export function contains({ guestPath }: Preopen, path: string): boolean {
  const directory = withoutRoot(guestPath).replace(/\/+$/, "");
  return directory === "" || `${withoutRoot(path)}/`.startsWith(`${directory}/`);
}

function withoutRoot(path: string): string {
  return path.replace(/^(\.?\/+)*(\.$)?/, "");
}

/** Hints for a directory that can be opened, but not with the call that confines a guest. */
const OPENAT2_HINTS = new Map<number, string>([
  [LINUX_ERRNO.ENOSYS, "openat2, which keeps a guest inside its directories, needs Linux 5.6 or newer"],
  [
    LINUX_ERRNO.EPERM,
    "something forbids openat2, which keeps a guest inside its directories: a container's seccomp profile?",
  ],
]);

/**
 * Opens a directory, or a single file, for the guest.
 *
 * @throws {BpfError} if it cannot be opened, or if the kernel cannot confine a guest to it (before 5.6).
 */
export function openPreopen(files: Files, { hostPath, guestPath, readOnly }: Preopen): FileDescriptor {
  const operation = {
    operation: "give",
    kind: "directory",
    subject: hostPath,
    words: `the guest directory "${hostPath}"`,
  } as const;
  const hostFd = files.openDirectory(hostPath);
  if (hostFd === -LINUX_ERRNO.ENOTDIR) return openFile(files, { hostPath, guestPath, readOnly });
  if (hostFd < 0) throw new BpfError(operation, hostFd);
  const probe = files.openBeneath(hostFd, Uint8Array.of(0x2e, 0), O.PATH | O.DIRECTORY);
  if (probe < 0) {
    files.close(hostFd);
    throw new BpfError(operation, probe, { hint: OPENAT2_HINTS.get(-probe) });
  }
  files.close(probe);
  const isHostRoot = /^\/+$/.test(hostPath);
  return preopenedDirectory(files, hostFd, { guestPath, isReadOnly: readOnly, isHostRoot });
}

/** A device or a file of /proc may act when it is opened. The guest opens it, when it wants to. */
function openFile(files: Files, { hostPath, guestPath, readOnly }: Preopen): FileDescriptor {
  const words = `the guest file "${hostPath}"`;
  const operation = { operation: "give", kind: "file", subject: hostPath, words } as const;
  const hostFd = files.openPlace(hostPath);
  if (hostFd < 0) throw new BpfError(operation, hostFd);
  const status = files.status(hostFd);
  if (typeof status === "number") {
    files.close(hostFd);
    throw new BpfError(operation, status);
  }
  return preopenedFile(files, hostFd, { guestPath, isReadOnly: readOnly, filetype: filetypeOf(status.mode) });
}
