/**
 * The capabilities that loading and attaching need, by kind of program and map.
 *
 * The rows are the kernel's (`bpf_prog_load` and `map_create` in kernel/bpf/syscall.c, `perf_uprobe_event_init` in
 * kernel/events/core.c); `tests/kernel/privileges_test.ts` runs processes with exactly these capabilities. A test compares this
 * table with docs/privileges.md.
 *
 * @module
 */

import { MAP_FLAG, MapType, ProgramType } from "../../object/bpf_numbers.ts";
import type { MapShape } from "../../object/map_rules.ts";
import type { Capability } from "../system/capabilities.ts";
import { CAPABILITY } from "../system/linux_numbers.ts";

/** A row of the table: programs that need the same capabilities. */
export interface PrivilegeRow {
  readonly programs: string;
  readonly types: readonly number[];
  /** The row holds only programs whose section has this name. Other programs of the type are in another row. */
  readonly section?: RegExp;
  readonly load: readonly Capability[];
  /** Capabilities that attaching needs in addition to those for loading. */
  readonly attach: readonly Capability[];
}

/** The table, built at the first refusal. The first row that matches a program applies. */
export const privilegeRows = (): readonly PrivilegeRow[] => [
  { programs: "socket filter", types: [ProgramType.SOCKET_FILTER], load: ["CAP_BPF"], attach: ["CAP_NET_RAW"] },
  { programs: "cgroup_skb", types: [ProgramType.CGROUP_SKB], load: ["CAP_BPF"], attach: ["CAP_NET_ADMIN"] },
  {
    programs: "sk_lookup, sk_reuseport, syscall",
    types: [ProgramType.SK_LOOKUP, ProgramType.SK_REUSEPORT, ProgramType.SYSCALL],
    load: ["CAP_BPF"],
    attach: [],
  },
  {
    programs: "xdp, tc, tcx, netkit, lwt, sk_skb, sk_msg, flow_dissector, netfilter, sockops and other cgroup programs",
    types: [
      ProgramType.XDP,
      ProgramType.SCHED_CLS,
      ProgramType.SCHED_ACT,
      ProgramType.LWT_IN,
      ProgramType.LWT_OUT,
      ProgramType.LWT_XMIT,
      ProgramType.LWT_SEG6LOCAL,
      ProgramType.SK_SKB,
      ProgramType.SK_MSG,
      ProgramType.FLOW_DISSECTOR,
      ProgramType.NETFILTER,
      ProgramType.SOCK_OPS,
      ProgramType.CGROUP_SOCK,
      ProgramType.CGROUP_SOCK_ADDR,
      ProgramType.CGROUP_SOCKOPT,
      ProgramType.CGROUP_SYSCTL,
      ProgramType.CGROUP_DEVICE,
    ],
    load: ["CAP_BPF", "CAP_NET_ADMIN"],
    attach: [],
  },
  {
    programs: "tracepoint",
    types: [ProgramType.TRACEPOINT],
    load: ["CAP_BPF", "CAP_PERFMON"],
    attach: ["CAP_DAC_READ_SEARCH"],
  },
  {
    programs: "uprobe, usdt",
    types: [ProgramType.KPROBE],
    section: /^(u(ret)?probe|usdt)(\.s)?(\/|$)/,
    load: ["CAP_BPF", "CAP_PERFMON"],
    attach: ["CAP_SYS_ADMIN"],
  },
  {
    programs: "kprobe, uprobe.multi, raw_tp, perf_event, tp_btf, iter, fentry, fexit, lsm, struct_ops",
    types: [
      ProgramType.KPROBE,
      ProgramType.RAW_TRACEPOINT,
      ProgramType.RAW_TRACEPOINT_WRITABLE,
      ProgramType.PERF_EVENT,
      ProgramType.TRACING,
      ProgramType.LSM,
      ProgramType.STRUCT_OPS,
    ],
    load: ["CAP_BPF", "CAP_PERFMON"],
    attach: [],
  },
  {
    programs: "freplace",
    types: [ProgramType.EXT],
    load: ["CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"],
    attach: [],
  },
];

/** Maps that only network programs use. Other maps need only CAP_BPF. */
const NETWORK_MAPS: readonly number[] = [
  MapType.SOCKMAP,
  MapType.SOCKHASH,
  MapType.DEVMAP,
  MapType.DEVMAP_HASH,
  MapType.XSKMAP,
];

/** Capabilities that bpf(2) also accepts CAP_SYS_ADMIN for. Before Linux 5.8, CAP_SYS_ADMIN was required for everything. */
const UNDER_SYS_ADMIN: readonly Capability[] = ["CAP_BPF", "CAP_PERFMON", "CAP_NET_ADMIN"];

/** Properties of a program before it is loaded. */
export interface ProgramFacts {
  readonly type: number;
  readonly expectedAttachType: number;
  readonly sectionName: string;
}

/** The capabilities that loading or attaching `program` needs. */
export function programNeeds(program: ProgramFacts, action: "load" | "attach"): readonly Capability[] {
  const row = privilegeRows().find(({ types, section }) =>
    types.includes(program.type) && (section?.test(program.sectionName) ?? true)
  );
  if (row === undefined) return ["CAP_BPF"];
  return action === "load" ? row.load : [...row.load, ...row.attach];
}

/** The capabilities that creating `map` needs. */
export function mapNeeds({ type, flags }: MapShape): readonly Capability[] {
  const needs: Capability[] = NETWORK_MAPS.includes(type) ? ["CAP_BPF", "CAP_NET_ADMIN"] : ["CAP_BPF"];
  // A hash with a seed of 0 is open to collision attacks, so the kernel requires CAP_SYS_ADMIN for it.
  return (flags & MAP_FLAG.BPF_F_ZERO_SEED) === 0 ? needs : [...needs, "CAP_SYS_ADMIN"];
}

/** The capabilities of `needed` that the set `held` lacks, without duplicates. */
export function missingCapabilities(needed: readonly Capability[], held: bigint): Capability[] {
  const has = (name: Capability) => (held >> CAPABILITY[name] & 1n) === 1n;
  const substituted = (name: Capability) => UNDER_SYS_ADMIN.includes(name) && has("CAP_SYS_ADMIN");
  return [...new Set(needed)].filter((name) => !has(name) && !substituted(name));
}
