/**
 * The targets of programs, by kind.
 *
 * @module
 */

/** The target of a program. `{ kind: "section" }` is the target in its section name, as for `bpf_program__attach`. */
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
