/**
 * The targets of programs, by kind.
 *
 * @module
 */

/**
 * The target of a program. `{ kind: "section" }` is the target in its section name, as for `bpf_program__attach`.
 *
 * The repository has a list, docs/attach-targets.md, of the kinds, the kernel versions and the privileges that they need.
 *
 * @example
 * ```ts
 * import type { AttachTarget, BpfProgram } from "@wasm-bpf/wasm-bpf";
 *
 * const exits: AttachTarget = { kind: "kprobe", function: "do_exit", offset: 0, retprobe: false };
 * const attachToExits = (program: BpfProgram) => program.attach(exits);
 * ```
 */
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

/**
 * A network interface.
 *
 * @example
 * ```ts
 * import type { InterfaceTarget, Libbpf } from "@wasm-bpf/wasm-bpf";
 *
 * const interfaceOf = (libbpf: Libbpf, name: string): InterfaceTarget => ({ ifindex: libbpf.interfaceIndex(name), name });
 * ```
 */
export interface InterfaceTarget {
  /** Its index, as `interfaceIndex()` returns it. */
  readonly ifindex: number;
  /** Its name for messages; its index by default. */
  readonly name?: string;
}

/**
 * The mode of XDP: in the driver, in the kernel's generic path, or in the hardware.
 *
 * @example
 * ```ts
 * import type { XdpMode } from "@wasm-bpf/wasm-bpf";
 *
 * // The loopback interface has no driver for XDP.
 * const modeOf = (name: string): XdpMode => name === "lo" ? "generic" : "native";
 * ```
 */
export type XdpMode = "native" | "generic" | "offload";

/**
 * The target of an XDP program. Linux 5.9; CAP_NET_ADMIN.
 *
 * @example
 * ```ts
 * import type { BpfProgram, Libbpf, XdpTarget } from "@wasm-bpf/wasm-bpf";
 *
 * function attachGeneric(libbpf: Libbpf, program: BpfProgram) {
 *   const target: XdpTarget = { kind: "xdp", ifindex: libbpf.interfaceIndex("lo"), mode: "generic" };
 *   return program.attach(target);
 * }
 * ```
 */
export interface XdpTarget extends InterfaceTarget {
  /** The kind of target. */
  readonly kind: "xdp";
  /** By default native if the driver supports it, else generic. */
  readonly mode?: XdpMode;
  /** True to replace a program that was attached without a link, as `ip link` attaches one. */
  readonly replace?: boolean;
}

/**
 * The target of a classifier. CAP_NET_ADMIN.
 *
 * @example
 * ```ts
 * import type { BpfProgram, ClassifierTarget, Libbpf } from "@wasm-bpf/wasm-bpf";
 *
 * function attachOutgoing(libbpf: Libbpf, program: BpfProgram) {
 *   const target: ClassifierTarget = { kind: "tc", ifindex: libbpf.interfaceIndex("lo"), direction: "egress" };
 *   return program.attach(target);
 * }
 * ```
 */
export interface ClassifierTarget extends InterfaceTarget {
  /** "tc" falls back to a clsact qdisc on kernels without TCX links (before Linux 6.6); "tcx" does not. */
  readonly kind: "tc" | "tcx";
  /** By default the direction that the section names, or ingress if it names none. */
  readonly direction?: "ingress" | "egress";
  /** Called before "tc" attaches through a clsact qdisc, which stays when the process is killed. It can throw to refuse that. */
  readonly beforeStaying?: () => void;
}

/**
 * The kernel functions whose names match a pattern: `*` stands for any characters, `?` for one. Linux 5.18; CAP_PERFMON.
 *
 * @example
 * ```ts
 * import type { BpfProgram, KprobeMultiTarget } from "@wasm-bpf/wasm-bpf";
 *
 * const reads: KprobeMultiTarget = { kind: "kprobe_multi", pattern: "vfs_read*", retprobe: false, session: false };
 * const attachToReads = (program: BpfProgram) => program.attach(reads);
 * ```
 */
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

/**
 * A file to probe.
 *
 * @example
 * ```ts
 * import type { BinaryTarget } from "@wasm-bpf/wasm-bpf";
 *
 * const EVERY_PROCESS = -1;
 * const libc: BinaryTarget = { binary: "libc.so.6", pid: EVERY_PROCESS };
 * ```
 */
export interface BinaryTarget {
  /** A path, or a name that is searched for as libbpf does: "libc.so.6", "bash". It must be a regular ELF file. */
  readonly binary: string;
  /** An open descriptor of the file, which may be closed after attaching. By default the call opens the file. */
  readonly fd?: number;
  /** The process to probe; -1 for all, 0 for this one. */
  readonly pid: number;
}

/**
 * A place in a file: a function and an offset in it, an address, or else an offset in the file. CAP_PERFMON, and CAP_SYS_ADMIN to
 * attach.
 *
 * @example
 * ```ts
 * import type { BpfProgram, UprobeTarget } from "@wasm-bpf/wasm-bpf";
 *
 * function attachToFunction(program: BpfProgram, binary: string, name: string) {
 *   const target: UprobeTarget = { kind: "uprobe", binary, pid: -1, function: name, offset: 0, retprobe: false };
 *   return program.attach(target);
 * }
 * ```
 */
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

/**
 * The functions of a file whose names match a pattern, or the code at an address. Linux 6.6; CAP_PERFMON.
 *
 * @example
 * ```ts
 * import type { BpfProgram, UprobeMultiTarget } from "@wasm-bpf/wasm-bpf";
 *
 * function attachToFunctions(program: BpfProgram, binary: string, pattern: string) {
 *   const target: UprobeMultiTarget = { kind: "uprobe_multi", binary, pid: -1, place: { pattern }, retprobe: false };
 *   return program.attach(target);
 * }
 * ```
 */
export interface UprobeMultiTarget extends BinaryTarget {
  /** The kind of target. */
  readonly kind: "uprobe_multi";
  /** The pattern of names, or the address. */
  readonly place: { readonly pattern: string } | { readonly address: number };
  /** True to run the program when the functions return. */
  readonly retprobe: boolean;
}
