/**
 * The operating system, opened once with the native library.
 *
 * @module
 */

import { LINUX_ERRNO } from "../../errors/mod.ts";
import { type Confinement, confineProcess, finishConfinement } from "./confinement.ts";
import { HostPaths, pathOfDescriptor } from "./host_paths.ts";
import type { NativeLibrary } from "./library.ts";
import { openLibrary } from "./library_search.ts";
import { O } from "./linux_numbers.ts";
import { findInterface, interfaceIndex } from "./network_interfaces.ts";
import { prepareProcess, type ProcessOptions } from "./process.ts";
import { readFile, readToEnd } from "./read_file.ts";
import { ProcessSignals } from "./signals.ts";
import { SystemCalls } from "./system_calls.ts";

/** The operating system, as the host uses it for a guest. `tests/doubles/` has one in plain TypeScript. */
export interface System {
  readonly calls: SystemCalls;

  /** The bytes of the file at `path`. @throws {BpfError} ENOENT, EACCES, EISDIR ... */
  readFile(path: string): Uint8Array<ArrayBuffer>;

  /**
   * The index of a network interface, by its name or by the label of an address on it ("eth0:1").
   *
   * @throws {BpfError} ENODEV when there is none.
   */
  interfaceIndex(name: string): number;

  /** As {@link interfaceIndex}. @returns undefined when there is none. */
  findInterface(name: string): number | undefined;

  /** The name of a network interface, with its NUL; undefined when there is none with this index. */
  interfaceName(index: number): Uint8Array<ArrayBuffer> | undefined;

  /** Opens a cgroup2 directory. The caller closes the descriptor. @throws {BpfError} ENOENT; EINVAL when it is not cgroup2. */
  openCgroup(path: string): number;

  /** Opens a network namespace ("/proc/self/ns/net", "/run/netns/NAME"). The caller closes it. @throws {BpfError} */
  openNetworkNamespace(path: string): number;

  /**
   * Opens an ELF file to probe: `name` is a path, or a name that is searched for as libbpf does ("libc.so.6", "bash"). Only regular
   * files outside virtual file systems are opened. The caller closes the descriptor.
   *
   * @throws {BpfError} ENOENT; EINVAL when it is not a regular file; ENOEXEC when it is not an ELF file.
   */
  openBinary(name: string): number;

  /**
   * Opens a directory for pinned maps. The caller closes the descriptor.
   *
   * @throws {BpfError} ENOENT, ENOTDIR; EINVAL when it is not on a BPF file system.
   */
  openPinDirectory(path: string): number;

  /** True when `name` is a symbolic link in the directory `fd`. */
  isSymbolicLink(fd: number, name: string): boolean;

  /** Closes a descriptor from a method of this interface. */
  closeDescriptor(fd: number): void;

  /** The variable TZ of this process, which names the zone of local time; undefined when there is none. */
  timeZone(): string | undefined;

  /** Takes over the signals of this process for one guest, or returns a negative errno; see {@link ProcessSignals.open}. */
  openSignals(): ProcessSignals | number;
}

/** {@link System} on the real one. Everything made from it must be disposed before it. */
export class NativeSystem implements System, Disposable {
  readonly library: NativeLibrary;
  readonly calls: SystemCalls;
  readonly #paths: HostPaths;

  constructor(library: NativeLibrary) {
    this.library = library;
    this.calls = new SystemCalls(library);
    this.#paths = new HostPaths(this.calls, library.libc);
  }

  readFile(path: string): Uint8Array<ArrayBuffer> {
    return readFile(this.calls, path);
  }

  /** The rest of standard input. @throws {BpfError} EFBIG for more than 256 MiB; EISDIR, EBADF ... */
  readStandardInput(): Uint8Array<ArrayBuffer> {
    return readToEnd(this.calls, 0, { operation: "read", kind: "file", words: "standard input" });
  }

  /**
   * Limits the memory of this process, and makes every signal end it. Otherwise a guest that ignores the result of `printf` would
   * run forever after `| head -1`.
   *
   * @throws {BpfError} when the memory cannot be limited.
   */
  prepareProcess(options: ProcessOptions): void {
    prepareProcess(this.library, this.calls, options);
  }

  /** The path of `path` without symbolic links; undefined when there is no such file. */
  realPath(path: string): string | undefined {
    const fd = this.calls.open(path, O.PATH | O.CLOEXEC);
    if (fd < 0) return undefined;
    const real = this.calls.readLink(pathOfDescriptor(fd));
    this.calls.close(fd);
    return real;
  }

  /**
   * Takes from this process what a running guest does not need, see {@link confineProcess}.
   *
   * @returns a function that waits until every thread is confined. Call it before the guest runs.
   * @throws {BpfError} when the kernel refuses.
   */
  confineProcess(confinement: Confinement): () => void {
    confineProcess(this.library, confinement);
    return () => finishConfinement(this.library);
  }

  /**
   * Starts to read the kernel's BTF on another thread, for the next object that is loaded. Reading takes some 7 ms, which are free
   * when the caller does other work at the same time.
   */
  prefetchKernelBtf(): void {
    this.library.prefetchKernelBtf();
  }

  interfaceIndex(name: string): number {
    return interfaceIndex(this.library.libc, this.calls, name);
  }

  findInterface(name: string): number | undefined {
    return findInterface(this.library.libc, this.calls, name);
  }

  interfaceName(index: number): Uint8Array<ArrayBuffer> | undefined {
    return this.library.libc.interfaceName(index);
  }

  openCgroup(path: string): number {
    return this.#paths.openCgroup(path);
  }

  openNetworkNamespace(path: string): number {
    return this.#paths.openNetworkNamespace(path);
  }

  openBinary(name: string): number {
    return this.#paths.openBinary(name);
  }

  openPinDirectory(path: string): number {
    return this.#paths.openPinDirectory(path);
  }

  isSymbolicLink(fd: number, name: string): boolean {
    const entry = this.calls.open(`${pathOfDescriptor(fd)}/${name}`, O.RDONLY | O.NOFOLLOW | O.NONBLOCK | O.CLOEXEC);
    if (entry >= 0) this.calls.close(entry);
    return entry === -LINUX_ERRNO.ELOOP;
  }

  closeDescriptor(fd: number): void {
    this.calls.close(fd);
  }

  timeZone(): string | undefined {
    return this.library.libc.environmentVariable("TZ");
  }

  openSignals(): ProcessSignals | number {
    return ProcessSignals.open(this.library);
  }

  [Symbol.dispose](): void {
    this.calls[Symbol.dispose]();
    this.library[Symbol.dispose]();
  }
}

/**
 * Opens the native library, and the system through it.
 *
 * @throws {BpfError} ENOENT when no libbpf is found.
 */
export function openSystem(): NativeSystem {
  return new NativeSystem(openLibrary());
}
