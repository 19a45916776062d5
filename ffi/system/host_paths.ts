/**
 * Paths of the host in attach targets. Each path is resolved with O_PATH, checked, and then opened through the descriptor. Opening
 * a device can have side effects, and opening a FIFO can block for ever. The descriptor also prevents that a checked file is
 * swapped for another.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, printable } from "../../errors/mod.ts";
import { ELF_HEADER_BYTES, hasSoundSymbols, isElf } from "./executable.ts";
import { FILE_MODE, S_IFMT } from "./file_layouts.ts";
import { type Libc, OPEN } from "./libc.ts";
import type { NativeLibrary } from "./library.ts";

/** Types of file systems (`linux/magic.h`). */
const NSFS_MAGIC = 0x6e736673;
const CGROUP2_SUPER_MAGIC = 0x63677270;
const BPF_FS_MAGIC = 0xcafe4a11;
/** Virtual file systems: reading their files can have side effects or block, and they hold no executables. */
const KERNEL_FILE_SYSTEMS: ReadonlySet<number> = new Set([
  0x9fa0, // proc
  0x62656572, // sysfs
  0x74726163, // tracefs
  0x64626720, // debugfs
  0x73636673, // securityfs
  0x27e0eb, // cgroup
  CGROUP2_SUPER_MAGIC,
  BPF_FS_MAGIC,
  0x62656570, // configfs
  0x6165676c, // pstore
  0xde5e81e4, // efivarfs
  0x6e667364, // nfsd
  0x42494e4d, // binfmt_misc
  0xf97cff8c, // selinuxfs
]);

/** Opens a cgroup2 directory. The caller closes it. @throws {BpfError} ENOENT, ENOTDIR; EINVAL when it is not cgroup2. */
export function openCgroup(libc: Libc, path: string): number {
  const operation = `Cannot open cgroup "${printable(path)}"`;
  const place = resolve(libc, path, operation);
  return openChecked(libc, place, operation, () => {
    const { mode } = statusOf(libc, place, operation);
    if ((mode & S_IFMT) !== FILE_MODE.DIRECTORY) throw new BpfError(operation, LINUX_ERRNO.ENOTDIR);
    if (libc.fileSystemType(place) === CGROUP2_SUPER_MAGIC) return;
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
      log: ["it is no directory of a cgroup2 file system"],
      hint: "mount -t cgroup2 none DIRECTORY mounts one; `findmnt -t cgroup2` shows where it is",
    });
  });
}

/** Opens a network namespace. The caller closes it. @throws {BpfError} ENOENT; EINVAL when it is not a network namespace. */
export function openNetworkNamespace(libc: Libc, path: string): number {
  const operation = `Cannot open network namespace "${printable(path)}"`;
  const place = resolve(libc, path, operation);
  return openChecked(libc, place, operation, () => {
    if (libc.fileSystemType(place) === NSFS_MAGIC) return;
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
      log: ["it is no namespace"],
      hint: "/proc/self/ns/net is this process's, `ip netns` lists those in /run/netns",
    });
  });
}

/** Opens a directory for pinned maps with O_PATH. The caller closes it. @throws {BpfError} ENOENT, ENOTDIR, EINVAL. */
export function openPinDirectory(libc: Libc, path: string): number {
  const operation = `Cannot pin maps in "${printable(path)}"`;
  const fd = libc.open(path, OPEN.PATH | OPEN.DIRECTORY | OPEN.CLOEXEC);
  if (fd < 0) throw new BpfError(operation, fd);
  if (libc.fileSystemType(fd) === BPF_FS_MAGIC) return fd;
  libc.close(fd);
  throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
    log: ["it is not on a BPF file system"],
    hint: "`findmnt -t bpf` shows where one is; mount -t bpf bpf DIRECTORY mounts one",
  });
}

/**
 * Opens the ELF file that `name` names. A name without a slash is searched for as libbpf does: libraries in `$LD_LIBRARY_PATH`
 * and the system's library directories, programs in `$PATH`, /usr/bin and /usr/sbin. The caller closes the descriptor.
 *
 * @throws {BpfError} ENOENT; EINVAL when it is not a regular file; ENOEXEC when it is not an ELF file, or a damaged one.
 */
export function openBinary(library: NativeLibrary, libc: Libc, name: string): number {
  const operation = `Cannot open binary "${printable(name)}"`;
  const place = name.includes("/") ? resolve(libc, name, operation) : search(library, libc, name, operation);
  const fd = openChecked(libc, place, operation, () => checkBinary(libc, place, operation));
  const isElfFile = isElf(libc, fd);
  if (isElfFile && hasSoundSymbols(libc, fd)) return fd;
  const problem = isElfFile ? "its symbols have no size" : "it is no ELF file";
  libc.close(fd);
  throw new BpfError(operation, LINUX_ERRNO.ENOEXEC, { log: [problem] });
}

/** A path of the open file `fd` for libbpf and the kernel. It stays valid when the file is renamed. */
export function pathOfDescriptor(fd: number): string {
  return `/proc/self/fd/${fd}`;
}

function resolve(libc: Libc, path: string, operation: string): number {
  const place = libc.open(path, OPEN.PATH | OPEN.CLOEXEC);
  if (place < 0) throw new BpfError(operation, place);
  return place;
}

/** Opens `place` for reading if `check` accepts it. Always closes `place`. */
function openChecked(libc: Libc, place: number, operation: string, check: () => void): number {
  try {
    check();
    const fd = libc.open(pathOfDescriptor(place), OPEN.RDONLY | OPEN.CLOEXEC);
    if (fd < 0) throw new BpfError(operation, fd);
    return fd;
  } finally {
    libc.close(place);
  }
}

function statusOf(libc: Libc, place: number, operation: string) {
  const status = libc.status(place);
  if (typeof status === "number") throw new BpfError(operation, status);
  return status;
}

function checkBinary(libc: Libc, place: number, operation: string): void {
  const { mode, sizeBytes } = statusOf(libc, place, operation);
  if ((mode & S_IFMT) !== FILE_MODE.REGULAR) {
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, { log: ["it is no regular file"] });
  }
  if (KERNEL_FILE_SYSTEMS.has(libc.fileSystemType(place))) {
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, { log: ["it is on no disk: the kernel makes up what is in it"] });
  }
  if (sizeBytes < ELF_HEADER_BYTES) {
    throw new BpfError(operation, LINUX_ERRNO.ENOEXEC, { log: ["it is no ELF file"] });
  }
}

const SYSTEM_LIBRARIES = ["/usr/lib64", "/usr/lib", `/lib/${Deno.build.arch}-linux-gnu`];
const SYSTEM_PROGRAMS = ["/usr/bin", "/usr/sbin"];
const EXECUTABLE = 0o111;

/** The first regular file of this name in libbpf's search directories, resolved. Programs must be executable. */
function search(library: NativeLibrary, libc: Libc, name: string, operation: string): number {
  const isLibrary = name.endsWith(".so") || name.includes(".so.");
  const variable = isLibrary ? "LD_LIBRARY_PATH" : "PATH";
  const system = isLibrary ? SYSTEM_LIBRARIES : SYSTEM_PROGRAMS;
  const wished = library.environmentVariable(variable)?.split(":").filter((directory) => directory !== "") ?? [];
  for (const directory of [...wished, ...system]) {
    const place = libc.open(`${directory}/${name}`, OPEN.PATH | OPEN.CLOEXEC);
    if (place < 0) continue;
    const status = libc.status(place);
    const isFile = typeof status !== "number" && (status.mode & S_IFMT) === FILE_MODE.REGULAR;
    if (isFile && (isLibrary || (status.mode & EXECUTABLE) !== 0)) return place;
    libc.close(place);
  }
  throw new BpfError(operation, LINUX_ERRNO.ENOENT, {
    log: [`no such file in $${variable}, ${system.join(", ")}`],
  });
}
