/**
 * The interfaces of libbpf for the other folders. `libbpf.ts` and its neighbours implement them on the real library, `tests/doubles/` in
 * plain TypeScript.
 *
 * @module
 */

import type { Libc } from "../system/libc.ts";
import type { LibraryOrigin, NativeLibrary } from "../system/library.ts";

/** libbpf, opened. Everything made from it must be disposed before it. */
export interface Libbpf extends Disposable {
  /** libbpf's version: "v1.5". */
  readonly version: string;
  readonly path: string;
  readonly origin: LibraryOrigin;
  /** True for this project's own build, which has the patches of `scripts/patches/`. */
  readonly isPatched: boolean;
  /** The number of possible CPUs of this machine, which is the number of values in an element of a per-CPU map. */
  readonly possibleCpus: number;

  /**
   * Parses an ELF object. Nothing reaches the kernel yet.
   *
   * @throws {BpfError} what libbpf said of it.
   */
  openObject(bytes: Uint8Array<ArrayBuffer>, options?: OpenObjectOptions): BpfObject;

  /**
   * Opens what the element calls of {@link BpfMap} come down to, for a WebAssembly module to import, so that its calls need not
   * enter JavaScript; undefined for a libbpf without the shim.
   */
  openMapElement(): MapElement | undefined;

  /** A window on a WebAssembly memory, for map calls straight on its bytes. */
  openWindow(memory: WebAssembly.Memory): MemoryWindow;

  /**
   * The index of a network interface, by its name or by the label of an address on it ("eth0:1").
   *
   * @throws {BpfError} ENODEV when there is none.
   */
  interfaceIndex(name: string): number;

  /** Opens a cgroup2 directory. The caller closes the descriptor. @throws {BpfError} ENOENT, EINVAL when it is no cgroup2. */
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

  /** Closes a descriptor that a method of this interface gave. */
  closeDescriptor(fd: number): void;
}

/**
 * `(i32, i32, i64, i32, i32, i32) -> i32`: one of bpf(2)'s commands on an element of map `fd`. `key` and `value` (or the next
 * key) are offsets into the memory at the address `memory`, or -1 for NULL; the caller has checked them.
 *
 * @returns 0 or a negative errno.
 */
export type MapElement = (
  command: number,
  fd: number,
  memory: bigint,
  key: number,
  value: number,
  flags: number,
) => number;

/** Options of opening an object. */
export interface OpenObjectOptions {
  /** The object's name; its first 8 characters begin the names of its global-data maps. */
  name?: string;
  /** BTF to resolve CO-RE relocations against instead of the running kernel's (`--btf`). */
  btfPath?: string | undefined;
  /** The directory for maps that are pinned by name (LIBBPF_PIN_BY_NAME); /sys/fs/bpf by default, as in libbpf. */
  pinRootPath?: string | undefined;
  /**
   * Keeps the maps of `.struct_ops` unchanged: their registration stays in the kernel when this process is killed. By default they
   * are registered through a link, which ends with the process. Before Linux 6.4, which has no such links, the object is refused.
   */
  persistentStructOps?: boolean | undefined;
}

/** `struct bpf_object`. Disposing closes it and everything that came from it: links first. */
export interface BpfObject extends Disposable {
  readonly name: string;
  /** Loads maps and programs into the kernel. Needs CAP_BPF, and CAP_PERFMON or CAP_NET_ADMIN by program type. @throws {BpfError} */
  load(): void;
  findProgram(name: string): BpfProgram | undefined;
  /** Finds a map by name; ".rodata" and its like also by their section. */
  findMap(name: string): BpfMap | undefined;
  programs(): readonly BpfProgram[];
  maps(): readonly BpfMap[];
}

/** `struct bpf_program`. Lives as long as its object. */
export interface BpfProgram {
  /** The name of its function. */
  readonly name: string;
  /** The section it came from, which says what it is: "tp/sched/sched_switch", "xdp", ... */
  readonly sectionName: string;
  /** A value of {@link ProgramType}. */
  readonly type: number;
  /** A value of {@link AttachType}. */
  readonly expectedAttachType: number;
  /** The kernel's descriptor. @throws {BpfError} EINVAL when the program is not loaded. */
  readonly fd: number;
  /** True when `load` loads this program into the kernel. Set it only before `load`. */
  autoload: boolean;
  /** Attaches. The link is the caller's. @throws {BpfError} */
  attach(target?: AttachTarget): BpfLink;
}

/** The target of a program. `{ kind: "section" }` is the one in its section name, as for `bpf_program__attach`. */
export type AttachTarget =
  | { kind: "section" }
  | XdpTarget
  | ClassifierTarget
  | ({ kind: "netkit" } & InterfaceTarget)
  | ({ kind: "socket" } & InterfaceTarget)
  | { kind: "cgroup" | "netns"; fd: number }
  | { kind: "kprobe"; function: string; offset: number; retprobe: boolean }
  | KprobeMultiTarget
  | { kind: "ksyscall"; name: string; retprobe: boolean }
  | UprobeTarget
  | UprobeMultiTarget
  | ({ kind: "usdt"; provider: string; name: string } & BinaryTarget)
  | { kind: "tracepoint"; category: string; name: string }
  | { kind: "raw_tracepoint"; name: string }
  | { kind: "perf_event"; event: "cpu-clock" | "task-clock" | "cpu-cycles" | "instructions"; frequencyHz: number }
  | { kind: "netfilter"; family: number; hook: number; priority: number }
  | { kind: "sockmap"; map: { readonly name: string; readonly fd: number; readonly type: number } };

/** A network interface. */
export interface InterfaceTarget {
  /** Its index, as `interfaceIndex()` returns it. */
  readonly ifindex: number;
  /** Its name for messages; its index by default. */
  readonly name?: string;
}

/** The mode of XDP: in the driver, in the kernel's generic path, or in the hardware. */
export type XdpMode = "native" | "generic" | "offload";

/** The target of an XDP program. */
export interface XdpTarget extends InterfaceTarget {
  /** The kind of target. */
  readonly kind: "xdp";
  /** By default native if the driver supports it, else generic. */
  readonly mode?: XdpMode;
  /** True to replace a program that was attached without a link, as `ip link` attaches one. */
  readonly replace?: boolean;
}

/** The target of a classifier. */
export interface ClassifierTarget extends InterfaceTarget {
  /** "tc" falls back to a clsact qdisc on kernels without TCX links (before Linux 6.6); "tcx" does not. */
  readonly kind: "tc" | "tcx";
  /** By default the direction that the section names, or ingress if it names none. */
  readonly direction?: "ingress" | "egress";
}

/** The kernel functions whose names match a pattern: `*` stands for any characters, `?` for one. */
export interface KprobeMultiTarget {
  /** The kind of target. */
  readonly kind: "kprobe_multi";
  /** The pattern. */
  readonly pattern: string;
  /** True to run the program when the function returns. */
  readonly retprobe: boolean;
  /** True to run the program at entry and at return. At entry it can skip the run at return. Linux 6.10. */
  readonly session: boolean;
}

/** A file to probe. */
export interface BinaryTarget {
  /** A path, or a name that is searched for as libbpf does: "libc.so.6", "bash". It must be a regular ELF file. */
  readonly binary: string;
  /** An open descriptor of the file, which may be closed after attaching. By default the call opens the file. */
  readonly fd?: number;
  /** The process to probe; -1 for all, 0 for this one. */
  readonly pid: number;
}

/** A place in a file: a function and an offset in it, an address, or else an offset in the file. */
export interface UprobeTarget extends BinaryTarget {
  /** The kind of target. */
  readonly kind: "uprobe";
  /** The function's name in the symbol table. */
  readonly function?: string;
  /** In bytes. */
  readonly offset: number;
  /** A virtual address, as `nm` prints it. */
  readonly address?: number;
  /** True to run the program when the function returns. */
  readonly retprobe: boolean;
}

/** The functions of a file whose names match a pattern, or the code at an address. Linux 6.6. */
export interface UprobeMultiTarget extends BinaryTarget {
  /** The kind of target. */
  readonly kind: "uprobe_multi";
  /** The pattern of names, or the address. */
  readonly place: { readonly pattern: string } | { readonly address: number };
  /** True to run the program when the functions return. */
  readonly retprobe: boolean;
}

/** `struct bpf_link`, or what stands for it where the kernel has none. Disposing detaches, once. */
export interface BpfLink extends Disposable {
  /** The attachment, for messages: `program "handle_exec" to tp/sched/sched_process_exec`. */
  readonly description: string;
  /** A sentence for the user when the program was attached in another way than requested. */
  readonly note?: string;
  /** The link's descriptor in the kernel; undefined when it has none or is detached. */
  readonly fd?: number | undefined;
}

/**
 * `struct bpf_map` of a loaded object. Lives as long as its object.
 *
 * The element calls take offsets into `memory`, a guest's whole memory or any other bytes. They do not check them: the caller has
 * checked that {@link keySize} or {@link elementBytes} bytes lie there. They return 0 or a negative errno, and never throw or
 * allocate.
 */
export interface BpfMap {
  readonly name: string;
  /** A value of {@link MapType}. */
  readonly type: number;
  /** Bytes. 0 for queues, stacks and bloom filters. */
  readonly keySize: number;
  /** Bytes of one value as declared. */
  readonly valueSize: number;
  /** Bytes that one element moves: for per-CPU maps `round_up(valueSize, 8) * possibleCpus`. */
  readonly elementBytes: number;
  readonly maxEntries: number;
  /** BPF_F_* flags of its creation. */
  readonly flags: number;
  /** The kernel's descriptor. @throws {BpfError} ENOENT when the map is not in the kernel. */
  readonly fd: number;

  lookup(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number;
  update(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number;
  delete(memory: Uint8Array<ArrayBuffer>, key: number, flags: number): number;
  /** @param key undefined asks for the first key. */
  nextKey(memory: Uint8Array<ArrayBuffer>, key: number | undefined, nextKey: number): number;
  lookupAndDelete(memory: Uint8Array<ArrayBuffer>, key: number, value: number, flags: number): number;

  /**
   * The batch calls (Linux 5.6): many elements in one system call.
   *
   * @returns 0 or a negative errno; -ENOENT when a lookup reached the end. How many elements were moved is at `count`.
   */
  lookupBatch(memory: Uint8Array<ArrayBuffer>, batch: BatchWalk, flags?: BatchFlags): number;
  lookupAndDeleteBatch(memory: Uint8Array<ArrayBuffer>, batch: BatchWalk, flags?: BatchFlags): number;
  updateBatch(memory: Uint8Array<ArrayBuffer>, batch: Batch, flags?: BatchFlags): number;
  deleteBatch(memory: Uint8Array<ArrayBuffer>, batch: Omit<Batch, "values">, flags?: BatchFlags): number;

  /** A copy of the initial bytes of a map of global variables; undefined for other maps. */
  initialValue(): Uint8Array<ArrayBuffer> | undefined;
  /** Sets the initial bytes before `load`. @throws {BpfError} EBUSY after it; EINVAL for another size or map. */
  setInitialValue(value: Uint8Array<ArrayBuffer>): void;

  /** Attaches a struct_ops map. @throws {BpfError} */
  attachStructOps(): BpfLink;
}

/** The places of a batch's elements: offsets into the memory that the call gets. */
export interface Batch {
  /** `keySize` bytes for each element. */
  readonly keys: number;
  /** `elementBytes` bytes for each element. */
  readonly values: number;
  /** A u32: how many elements there is room for; afterwards, how many were moved. */
  readonly count: number;
}

/** A batch that walks the map: where the last one stopped, and where this one is to note its stop. */
export interface BatchWalk extends Batch {
  /** The position that the last batch wrote at `outBatch`: `keySize` bytes, at least 4. By default the start. */
  readonly inBatch?: number;
  readonly outBatch: number;
}

/** `struct bpf_map_batch_opts`. */
export interface BatchFlags {
  /** BPF_NOEXIST, BPF_EXIST, BPF_F_LOCK for each element. */
  readonly elementFlags?: number;
  readonly flags?: number;
}

/**
 * A WebAssembly memory as native code sees it, by the address of its first byte.
 *
 * V8 reserves the whole range that a memory may grow to, so the address normally stays the same. When that range is not available
 * (`ulimit -v`, an address space full of other memories), V8 reserves less, and growth beyond the reservation moves the memory.
 */
export interface MemoryWindow {
  /** The current address of the memory's first byte, read anew each time. Callers must not keep it across a call of the guest. */
  readonly base: number;
}

/** Options of {@link openLibbpf}. */
export interface OpenLibbpfOptions {
  /** The library to use; found by `openLibrary()` when absent. The caller's to dispose if given. */
  library?: NativeLibrary;
  libc?: Libc;
}
