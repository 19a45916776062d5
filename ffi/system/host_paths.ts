/**
 * Opens paths of the host that attach targets name. Each path is resolved with O_PATH, checked, and then opened through the
 * descriptor. Opening a device can have side effects, and opening a FIFO can block forever. The descriptor also prevents a swap
 * of the checked file for another.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO, type Operation } from "../../errors/mod.ts";
import type { CLibrary } from "./c_library.ts";
import { ELF_HEADER_BYTES, hasSoundSymbols, isElfFile } from "./executable.ts";
import { FILE_MODE, FILE_SYSTEM, O, S_IFMT } from "./linux_numbers.ts";
import type { SystemCalls } from "./system_calls.ts";

/** Types of file systems that are in no header for programs. */
const CONFIGFS = 0x62656570;
const NFSD = 0x6e667364;

/** Virtual file systems. Reading their files can have side effects or block, and they hold no executables. */
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

const SYSTEM_LIBRARIES = ["/usr/lib64", "/usr/lib", `/lib/${Deno.build.arch}-linux-gnu`];
const SYSTEM_PROGRAMS = ["/usr/bin", "/usr/sbin"];
const EXECUTABLE = 0o111;

/** Opens paths of the host. The methods are those of `System`. The caller closes their descriptors. */
export class HostPaths {
  readonly #calls: SystemCalls;
  readonly #libc: CLibrary;

  constructor(calls: SystemCalls, libc: CLibrary) {
    this.#calls = calls;
    this.#libc = libc;
  }

  openCgroup(path: string): number {
    const operation: Operation = { operation: "open", kind: "cgroup", subject: path };
    return this.#openChecked(this.#resolve(path, operation), operation, (place) => {
      const { mode } = this.#status(place, operation);
      if ((mode & S_IFMT) !== FILE_MODE.DIRECTORY) throw new BpfError(operation, LINUX_ERRNO.ENOTDIR);
      if (this.#calls.fileSystem(place) === FILE_SYSTEM.CGROUP2) return;
      throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
        reason: "it is not a directory of a cgroup2 file system",
        hint: "mount -t cgroup2 none DIRECTORY mounts one; `findmnt -t cgroup2` shows where it is",
      });
    });
  }

  openNetworkNamespace(path: string): number {
    const operation: Operation = { operation: "open", kind: "namespace", subject: path };
    return this.#openChecked(this.#resolve(path, operation), operation, (place) => {
      if (this.#calls.fileSystem(place) === FILE_SYSTEM.NAMESPACE) return;
      throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
        reason: "it is not a namespace",
        hint: "/proc/self/ns/net is this process's, `ip netns` lists those in /run/netns",
      });
    });
  }

  /** The descriptor is from O_PATH. */
  openPinDirectory(path: string): number {
    const operation: Operation = { operation: "pin", kind: "directory", subject: path, words: `maps in "${path}"` };
    const fd = this.#calls.open(path, O.PATH | O.DIRECTORY | O.CLOEXEC);
    if (fd < 0) throw new BpfError(operation, fd);
    if (this.#calls.fileSystem(fd) === FILE_SYSTEM.BPF) return fd;
    this.#calls.close(fd);
    throw new BpfError(operation, LINUX_ERRNO.EINVAL, {
      reason: "it is not on a BPF file system",
      hint: "`findmnt -t bpf` shows where one is; mount -t bpf bpf DIRECTORY mounts one",
    });
  }

  /**
   * A name without a slash is searched for as libbpf does: libraries in `$LD_LIBRARY_PATH` and the system's library directories,
   * programs in `$PATH`, /usr/bin and /usr/sbin.
   */
  openBinary(name: string): number {
    const operation: Operation = { operation: "open", kind: "binary", subject: name };
    const resolved = name.includes("/") ? this.#resolve(name, operation) : this.#search(name, operation);
    const fd = this.#openChecked(resolved, operation, (place) => this.#checkBinary(place, operation));
    const isElf = isElfFile(this.#calls, fd);
    if (isElf && hasSoundSymbols(this.#calls, fd)) return fd;
    this.#calls.close(fd);
    const reason = isElf ? "its symbols have no size" : "it is not an ELF file";
    throw new BpfError(operation, LINUX_ERRNO.ENOEXEC, { reason });
  }

  #resolve(path: string, operation: Operation): number {
    const place = this.#calls.open(path, O.PATH | O.CLOEXEC);
    if (place < 0) throw new BpfError(operation, place);
    return place;
  }

  /** Opens `place` for reading if `check` accepts it. Always closes `place`. */
  #openChecked(place: number, operation: Operation, check: (place: number) => void): number {
    try {
      check(place);
      const fd = this.#calls.open(pathOfDescriptor(place), O.RDONLY | O.CLOEXEC);
      if (fd < 0) throw new BpfError(operation, fd);
      return fd;
    } finally {
      this.#calls.close(place);
    }
  }

  #status(place: number, operation: Operation) {
    const status = this.#calls.status(place);
    if (typeof status === "number") throw new BpfError(operation, status);
    return status;
  }

  #checkBinary(place: number, operation: Operation): void {
    const { mode, sizeBytes } = this.#status(place, operation);
    const refuse = (errno: number, reason: string): never => {
      throw new BpfError(operation, errno, { reason });
    };
    if ((mode & S_IFMT) !== FILE_MODE.REGULAR) refuse(LINUX_ERRNO.EINVAL, "it is not a regular file");
    if (KERNEL_FILE_SYSTEMS.has(this.#calls.fileSystem(place))) {
      refuse(LINUX_ERRNO.EINVAL, "it is not on a disk: the kernel generates its content");
    }
    if (sizeBytes < ELF_HEADER_BYTES) refuse(LINUX_ERRNO.ENOEXEC, "it is not an ELF file");
  }

  /** Resolves the first regular file of this name in libbpf's search directories. Programs must be executable. */
  #search(name: string, operation: Operation): number {
    const isLibrary = name.endsWith(".so") || name.includes(".so.");
    const variable = isLibrary ? "LD_LIBRARY_PATH" : "PATH";
    const system = isLibrary ? SYSTEM_LIBRARIES : SYSTEM_PROGRAMS;
    const listed = this.#libc.environmentVariable(variable)?.split(":").filter((directory) => directory !== "") ?? [];
    for (const directory of [...listed, ...system]) {
      const place = this.#calls.open(`${directory}/${name}`, O.PATH | O.CLOEXEC);
      if (place < 0) continue;
      const status = this.#calls.status(place);
      const isFile = typeof status !== "number" && (status.mode & S_IFMT) === FILE_MODE.REGULAR;
      if (isFile && (isLibrary || (status.mode & EXECUTABLE) !== 0)) return place;
      this.#calls.close(place);
    }
    const reason = `no such file in $${variable}, ${system.join(", ")}`;
    throw new BpfError(operation, LINUX_ERRNO.ENOENT, { reason });
  }
}

/** A path of the open file `fd` for libbpf and the kernel. It stays valid when the file is renamed. */
export function pathOfDescriptor(fd: number): string {
  return `/proc/self/fd/${fd}`;
}
