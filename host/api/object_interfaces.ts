/**
 * The interfaces of libbpf and its objects for TypeScript programs, which `libbpf.ts` and `object.ts` implement.
 *
 * @module
 */

import type { BpfProgram, LibraryOrigin, OpenObjectOptions } from "../../ffi/mod.ts";
import type { BpfMap } from "./map_interfaces.ts";

/**
 * An open libbpf, from `openLibbpf()`. Disposal closes all its objects with their links, and its descriptors. Later calls throw a
 * TypeError.
 *
 * @example
 * ```ts
 * import { type Libbpf, openLibbpf } from "@wasm-bpf/wasm-bpf";
 *
 * function describe(libbpf: Libbpf): string {
 *   return `libbpf ${libbpf.version} (${libbpf.origin}: ${libbpf.path}), ${libbpf.possibleCpus} CPUs`;
 * }
 *
 * using libbpf = openLibbpf();
 * console.log(describe(libbpf));
 * ```
 */
export interface Libbpf extends Disposable {
  /** libbpf's version: "v1.5". */
  readonly version: string;
  /** The path of the library. */
  readonly path: string;
  /** The place in which the library was found. */
  readonly origin: LibraryOrigin;
  /** The number of possible CPUs of this machine. An element of a per-CPU map has a value for each. */
  readonly possibleCpus: number;

  /**
   * Parses an ELF object. The kernel is not involved yet, so this needs no privilege.
   *
   * The caller disposes the object. Disposal of this library does it too.
   *
   * @param bytes the output of `clang -target bpf`. They are copied.
   * @throws {BpfError} EINVAL when they are damaged; another errno with libbpf's reason when libbpf refuses them.
   * @throws {TypeError} when this library is closed.
   * @see https://github.com/libbpf/libbpf/blob/v1.5.0/src/libbpf.h#L241 bpf_object__open_mem
   */
  openObject(bytes: Uint8Array, options?: OpenObjectOptions): BpfObject;

  /**
   * The index of a network interface, 1 or more.
   *
   * @throws {BpfError} ENODEV when no interface has this name.
   * @see https://man7.org/linux/man-pages/man3/if_nametoindex.3.html
   */
  interfaceIndex(name: string): number;

  /**
   * Opens a cgroup2 directory to attach to: "/sys/fs/cgroup/system.slice".
   *
   * @returns a descriptor, for the target `{ kind: "cgroup", fd }`. {@link closeDescriptor} or disposal closes it.
   * @throws {BpfError} ENOENT; EINVAL when it is not a directory of cgroup2.
   */
  openCgroup(path: string): number;

  /**
   * Opens a network namespace to attach to: "/proc/self/ns/net", "/run/netns/NAME".
   *
   * @returns a descriptor, for the target `{ kind: "netns", fd }`. {@link closeDescriptor} or disposal closes it.
   * @throws {BpfError} ENOENT; EINVAL when it is another file.
   */
  openNetworkNamespace(path: string): number;

  /**
   * Opens an ELF file to probe: a path, or a name that is searched for as libbpf does ("libc.so.6", "bash").
   *
   * @returns a descriptor, for the `fd` of a {@link BinaryTarget}. {@link closeDescriptor} or disposal closes it.
   * @throws {BpfError} ENOENT; EINVAL when it is not a regular file; ENOEXEC when it is not an ELF file.
   */
  openBinary(name: string): number;

  /** Closes a descriptor that this library opened. @throws {TypeError} for any other descriptor. */
  closeDescriptor(fd: number): void;
}

/**
 * `struct bpf_object`: programs and maps of one file, from {@link Libbpf.openObject}.
 *
 * Disposal detaches its links and closes it. Its programs and maps then throw a TypeError.
 *
 * @example
 * ```ts
 * import { openLibbpf } from "@wasm-bpf/wasm-bpf";
 *
 * using libbpf = openLibbpf();
 * using object = libbpf.openObject(Deno.readFileSync("examples/bootstrap/bootstrap.bpf.o"), { name: "bootstrap" });
 * for (const { name, sectionName } of object.programs()) console.log(name, sectionName);
 * for (const { name, keySize, valueSize } of object.maps()) console.log(name, keySize, valueSize);
 * ```
 */
export interface BpfObject extends Disposable {
  /** The name given when it was opened. */
  readonly name: string;

  /**
   * Loads maps and programs into the kernel, once.
   *
   * Needs CAP_BPF, and CAP_PERFMON or CAP_NET_ADMIN for some types of programs; before Linux 5.8 CAP_SYS_ADMIN.
   *
   * @throws {BpfError} with the verifier's or libbpf's reason: EPERM without the privileges, EINVAL or EACCES for a program that the
   * verifier refuses.
   * @see https://github.com/libbpf/libbpf/blob/v1.5.0/src/libbpf.h#L251 bpf_object__load
   */
  load(): void;

  /** The program of this name; undefined when it does not exist. */
  findProgram(name: string): BpfProgram | undefined;

  /** The map of this name; undefined when it does not exist. Section names such as ".rodata" also find a map. */
  findMap(name: string): BpfMap | undefined;

  /** All programs, in file order. */
  programs(): readonly BpfProgram[];

  /** All maps, including those of global variables. Their definitions can be read before `load`, their elements after it. */
  maps(): readonly BpfMap[];
}
