/**
 * Paths of the host in attach targets. Each path is resolved with O_PATH, checked, and then opened through the descriptor. Opening
 * a device can have side effects, and opening a FIFO can block for ever. The descriptor also prevents that a checked file is
 * swapped for another.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import { ELF_HEADER_BYTES, hasSoundSymbols, isElf } from "./executable.ts";
import type { NativeLibrary } from "./library.ts";
import { FILE_MODE, FILE_SYSTEM, O, S_IFMT } from "./linux_numbers.ts";
import { NUMBER, type SystemCalls } from "./system_calls.ts";

/** Types of file systems that are in no header for programs. */
const CONFIGFS = 0x62656570;
const NFSD = 0x6e667364;

/** Virtual file systems: reading their files can have side effects or block, and they hold no executables. */
const KERNEL_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  FILE_SYSTEM.PROC,
  FILE_SYSTEM.SYSFS,
  FILE_SYSTEM.TRACEFS,
  FILE_SYSTEM.DEBUGFS,
  FILE_SYSTEM.SECURITYFS,
  FILE_SYSTEM.CGROUP,
  FILE_SYSTEM.CGROUP2,
  FILE_SYSTEM.BPF,
  CONFIGFS,
  FILE_SYSTEM.PSTORE,
  FILE_SYSTEM.EFIVARFS,
  NFSD,
  FILE_SYSTEM.BINFMT_MISC,
  FILE_SYSTEM.SELINUX,
]);

/** Opens a cgroup2 directory. The caller closes it. @throws {BpfError} ENOENT, ENOTDIR; EINVAL when it is not cgroup2. */
export function openCgroup(calls: SystemCalls, path: string): number {
  const operation: Operation = { operation: "open", kind: "cgroup", subject: path };
  const place = resolve(calls, path, operation);
  return openChecked(calls, place, operation, () => {
    const { mode } = statusOf(calls, place, operation);
    if ((mode & S_IFMT) !== FILE_MODE.DIRECTORY) throw new BpfError(operation, LINUX_ERRNO.ENOTDIR);
    if (fileSystemType(calls, place) === FILE_SYSTEM.CGROUP2) return;
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
      reason: "it is no directory of a cgroup2 file system",
      hint: "mount -t cgroup2 none DIRECTORY mounts one; `findmnt -t cgroup2` shows where it is",
    });
  });
}

/** Opens a network namespace. The caller closes it. @throws {BpfError} ENOENT; EINVAL when it is not a network namespace. */
export function openNetworkNamespace(calls: SystemCalls, path: string): number {
  const words = `network namespace "${path}"`;
  const operation: Operation = { operation: "open", kind: "namespace", subject: path, words };
  const place = resolve(calls, path, operation);
  return openChecked(calls, place, operation, () => {
    if (fileSystemType(calls, place) === FILE_SYSTEM.NAMESPACE) return;
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
      reason: "it is no namespace",
      hint: "/proc/self/ns/net is this process's, `ip netns` lists those in /run/netns",
    });
  });
}

/** Opens a directory for pinned maps with O_PATH. The caller closes it. @throws {BpfError} ENOENT, ENOTDIR, EINVAL. */
export function openPinDirectory(calls: SystemCalls, path: string): number {
  const operation: Operation = { operation: "pin", kind: "directory", subject: path, words: `maps in "${path}"` };
  const fd = calls.open(path, O.PATH | O.DIRECTORY | O.CLOEXEC);
  if (fd < 0) throw new BpfError(operation, fd);
  if (fileSystemType(calls, fd) === FILE_SYSTEM.BPF) return fd;
  calls.close(fd);
  throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
    reason: "it is not on a BPF file system",
    hint: "`findmnt -t bpf` shows where one is; mount -t bpf bpf DIRECTORY mounts one",
  });
}

/**
 * Opens the ELF file that `name` names. A name without a slash is searched for as libbpf does: libraries in `$LD_LIBRARY_PATH`
 * and the system's library directories, programs in `$PATH`, /usr/bin and /usr/sbin. The caller closes the descriptor.
 *
 * @throws {BpfError} ENOENT; EINVAL when it is not a regular file; ENOEXEC when it is not an ELF file, or a damaged one.
 */
export function openBinary(library: NativeLibrary, calls: SystemCalls, name: string): number {
  const operation: Operation = { operation: "open", kind: "binary", subject: name };
  const place = name.includes("/") ? resolve(calls, name, operation) : search(library, calls, name, operation);
  const fd = openChecked(calls, place, operation, () => checkBinary(calls, place, operation));
  const isElfFile = isElf(calls, fd);
  if (isElfFile && hasSoundSymbols(calls, fd)) return fd;
  const problem = isElfFile ? "its symbols have no size" : "it is no ELF file";
  calls.close(fd);
  throw new BpfError(operation, LINUX_ERRNO.ENOEXEC, { reason: problem });
}

/** A path of the open file `fd` for libbpf and the kernel. It stays valid when the file is renamed. */
export function pathOfDescriptor(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

/** The type of the file system of `fd` (`linux/magic.h`), or a negative errno. */
function fileSystemType(calls: SystemCalls, fd: number): number {
  // struct statfs: f_type is its first field.
  const statfs = new BigInt64Array(32);
  const result = calls.result(calls.symbols.fstatfs(NUMBER.fstatfs, fd, statfs));
  return result < 0 ? result : Number(statfs[0]);
}

function resolve(calls: SystemCalls, path: string, operation: Operation): number {
  const place = calls.open(path, O.PATH | O.CLOEXEC);
  if (place < 0) throw new BpfError(operation, place);
  return place;
}

/** Opens `place` for reading if `check` accepts it. Always closes `place`. */
function openChecked(calls: SystemCalls, place: number, operation: Operation, check: () => void): number {
  try {
    check();
    const fd = calls.open(pathOfDescriptor(place), O.RDONLY | O.CLOEXEC);
    if (fd < 0) throw new BpfError(operation, fd);
    return fd;
  } finally {
    calls.close(place);
  }
}

function statusOf(calls: SystemCalls, place: number, operation: Operation) {
  const status = calls.status(place);
  if (typeof status === "number") throw new BpfError(operation, status);
  return status;
}

function checkBinary(calls: SystemCalls, place: number, operation: Operation): void {
  const { mode, sizeBytes } = statusOf(calls, place, operation);
  if ((mode & S_IFMT) !== FILE_MODE.REGULAR) {
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, { reason: "it is no regular file" });
  }
  if (KERNEL_FILE_SYSTEMS.has(fileSystemType(calls, place))) {
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
      reason: "it is on no disk: the kernel makes up what is in it",
    });
  }
  if (sizeBytes < ELF_HEADER_BYTES) {
    throw new BpfError(operation, LINUX_ERRNO.ENOEXEC, { reason: "it is no ELF file" });
  }
}

const SYSTEM_LIBRARIES = ["/usr/lib64", "/usr/lib", `/lib/${Deno.build.arch}-linux-gnu`];
const SYSTEM_PROGRAMS = ["/usr/bin", "/usr/sbin"];
const EXECUTABLE = 0o111;

/** The first regular file of this name in libbpf's search directories, resolved. Programs must be executable. */
function search(library: NativeLibrary, calls: SystemCalls, name: string, operation: Operation): number {
  const isLibrary = name.endsWith(".so") || name.includes(".so.");
  const variable = isLibrary ? "LD_LIBRARY_PATH" : "PATH";
  const system = isLibrary ? SYSTEM_LIBRARIES : SYSTEM_PROGRAMS;
  const wished = library.libc.environmentVariable(variable)?.split(":").filter((directory) => directory !== "") ?? [];
  for (const directory of [...wished, ...system]) {
    const place = calls.open(`${directory}/${name}`, O.PATH | O.CLOEXEC);
    if (place < 0) continue;
    const status = calls.status(place);
    const isFile = typeof status !== "number" && (status.mode & S_IFMT) === FILE_MODE.REGULAR;
    if (isFile && (isLibrary || (status.mode & EXECUTABLE) !== 0)) return place;
    calls.close(place);
  }
  throw new BpfError(operation, LINUX_ERRNO.ENOENT, {
    reason: `no such file in $${variable}, ${system.join(", ")}`,
  });
}
