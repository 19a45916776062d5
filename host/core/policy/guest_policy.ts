/**
 * The policy of a guest as data: what its programs may do, where they may be attached, and how much it may hold.
 *
 * @module
 */

import type { AllowList } from "./patterns.ts";

/**
 * The permissions of a guest. Lists have patterns (see `patterns.ts`); `true` allows everything, and `[]` nothing.
 *
 * @example
 * ```ts
 * import { DEFAULT_POLICY, type GuestPolicy } from "@wasm-bpf/wasm-bpf";
 *
 * // An XDP firewall on one interface.
 * const policy: GuestPolicy = { ...DEFAULT_POLICY, network: ["eth0"] };
 * ```
 */
export interface GuestPolicy {
  /**
   * Programs that change, redirect, drop or steer packets or connections. The patterns match names of interfaces, and paths of cgroups
   * and of network namespaces. Netfilter programs need `true`.
   */
  readonly network: AllowList;
  /** Programs that deny operations or change their results: LSM, `fmod_ret`, device and sysctl programs of cgroups. */
  readonly deny: boolean;
  /** Programs that change the results of the kernel's functions: `bpf_override_return`, writable raw tracepoints. */
  readonly override: boolean;
  /** Programs that write to the memory of processes: `bpf_probe_write_user`. */
  readonly writeUser: boolean;
  /** Programs that send signals: `bpf_send_signal`. */
  readonly signal: boolean;
  /** struct_ops. The patterns match names of the kernel's structs: "tcp_congestion_ops". */
  readonly structOps: AllowList;
  /** Programs that replace functions of other programs: `freplace`. */
  readonly replace: boolean;
  /**
   * Attachments that stay in the kernel when the process is killed, because they have no link: those of `bpf_tc_attach`,
   * `bpf_xdp_attach` and `bpf_prog_attach`, and classifiers before Linux 6.6. Pins need a directory instead.
   */
  readonly persist: boolean;
  /** Helpers that change the machine in another way, or that nobody has reviewed: names, or numbers of those without a known name. */
  readonly allowHelpers: AllowList;
  /** As {@link allowHelpers}, for kfuncs. */
  readonly allowKfuncs: AllowList;

  /** The types of programs, in bpftool's words: "kprobe", "tracing". */
  readonly programTypes: AllowList;
  /** The helpers that programs may call: "bpf_map_lookup_elem". */
  readonly helpers: AllowList;
  /** The kfuncs that programs may call. */
  readonly kfuncs: AllowList;
  /** The functions of the kernel to which programs may be attached, and the hooks of LSM. */
  readonly functions: AllowList;
  /** Tracepoints: "sched/sched_switch", and "sched_switch" for raw ones. */
  readonly tracepoints: AllowList;
  /** Executables and libraries for uprobes and USDT probes, by their real paths. */
  readonly binaries: AllowList;
  /** Interfaces to which any program may be attached. Packet sockets are not limited by it, see {@link packetSockets}. */
  readonly interfaces: AllowList;
  /** Cgroups to which any program may be attached, by their real paths. */
  readonly cgroups: AllowList;
  /** The types of maps, in bpftool's words: "hash", "ringbuf". */
  readonly mapTypes: AllowList;
  /** Perf events of the guest's own. */
  readonly perfEvents: boolean;
  /** Packet sockets. */
  readonly packetSockets: boolean;

  /** Limits of what the guest holds at once. */
  readonly limits: PolicyLimits;
}

/**
 * Limits of what a guest may hold at once. A limit that is left out is the default.
 *
 * @example
 * ```ts
 * import { DEFAULT_POLICY, type GuestPolicy, type PolicyLimits } from "@wasm-bpf/wasm-bpf";
 *
 * const limits: PolicyLimits = { programs: 4, links: 4, mapBytes: 1 << 20 };
 * const policy: GuestPolicy = { ...DEFAULT_POLICY, limits };
 * ```
 */
export interface PolicyLimits {
  /** Open objects: 64. */
  readonly objects?: number | undefined;
  /** Loaded programs: without limit. */
  readonly programs?: number | undefined;
  /** Links and other attachments: 512. */
  readonly links?: number | undefined;
  /** Buffers of events: 64. */
  readonly buffers?: number | undefined;
  /** Maps: without limit. */
  readonly maps?: number | undefined;
  /** The kernel memory of all maps in bytes, estimated from their sizes: without limit. */
  readonly mapBytes?: number | undefined;
}

/**
 * The policy of a guest without options: programs that observe.
 *
 * @example
 * ```ts
 * import { DEFAULT_POLICY, runGuest } from "@wasm-bpf/wasm-bpf";
 *
 * function runKiller(bytes: Uint8Array<ArrayBuffer>): number {
 *   return runGuest(bytes, { policy: { ...DEFAULT_POLICY, signal: true } });
 * }
 * ```
 */
export const DEFAULT_POLICY: GuestPolicy = Object.freeze({
  network: [],
  deny: false,
  override: false,
  writeUser: false,
  signal: false,
  structOps: [],
  replace: false,
  persist: false,
  allowHelpers: [],
  allowKfuncs: [],
  programTypes: true,
  helpers: true,
  kfuncs: true,
  functions: true,
  tracepoints: true,
  binaries: true,
  interfaces: true,
  cgroups: true,
  mapTypes: true,
  perfEvents: true,
  packetSockets: true,
  limits: {},
});

/**
 * The policy that allows everything that programs can do. struct_ops of an object still end with the process.
 *
 * @example
 * ```ts
 * import { ALLOW_ALL, runGuest } from "@wasm-bpf/wasm-bpf";
 *
 * const runTrusted = (bytes: Uint8Array<ArrayBuffer>) => runGuest(bytes, { policy: ALLOW_ALL });
 * ```
 */
export const ALLOW_ALL: GuestPolicy = Object.freeze({
  ...DEFAULT_POLICY,
  network: true,
  deny: true,
  override: true,
  writeUser: true,
  signal: true,
  structOps: true,
  replace: true,
  persist: true,
  allowHelpers: true,
  allowKfuncs: true,
});
