/**
 * Kinds of programs and maps that older kernels lack. Each kind of program was seen refused by an older kernel
 * (`tests/vm/features_test.ts`).
 *
 * @module
 */

import { AttachType, MAP_FLAG, MapType } from "../../object/bpf_numbers.ts";
import { describeMapType, type MapShape } from "../../object/map_rules.ts";
import type { ProgramFacts } from "./privileges.ts";

/** A kind of program, and the kernels that have it. */
export interface KernelFeature {
  /** The kind, as a section's name. */
  readonly name: string;
  /** The first version of Linux with it. */
  readonly since: string;
  /** The option of the kernel's configuration that it needs, if a kernel without the option returns EOPNOTSUPP. */
  readonly option?: string;
  /** The operation that an older kernel refuses. */
  readonly refusedAt: "load" | "attach";
  readonly attachTypes: readonly number[];
}

/** The kinds, built at the first refusal. */
const kernelFeatures = (): readonly KernelFeature[] => [
  {
    name: "kprobe.multi",
    since: "5.18",
    option: "CONFIG_FPROBE",
    refusedAt: "attach",
    attachTypes: [AttachType.TRACE_KPROBE_MULTI],
  },
  {
    name: "kprobe.session",
    since: "6.10",
    option: "CONFIG_FPROBE",
    refusedAt: "attach",
    attachTypes: [AttachType.TRACE_KPROBE_SESSION],
  },
  { name: "uprobe.multi", since: "6.6", refusedAt: "attach", attachTypes: [AttachType.TRACE_UPROBE_MULTI] },
  { name: "tcx", since: "6.6", refusedAt: "attach", attachTypes: [AttachType.TCX_INGRESS, AttachType.TCX_EGRESS] },
  { name: "netfilter", since: "6.4", refusedAt: "load", attachTypes: [AttachType.NETFILTER] },
  { name: "lsm_cgroup", since: "6.0", refusedAt: "load", attachTypes: [AttachType.LSM_CGROUP] },
];

/** The feature that `program` is an example of; undefined when every supported kernel has it. */
export function kernelFeatureOf({ expectedAttachType }: ProgramFacts): KernelFeature | undefined {
  return kernelFeatures().find(({ attachTypes }) => attachTypes.includes(expectedAttachType));
}

/** The first version of Linux with a type of map, from Linux 5.8 on. */
const mapVersions = (): ReadonlyMap<number, string> =>
  new Map([
    [MapType.RINGBUF, "5.8"],
    [MapType.INODE_STORAGE, "5.10"],
    [MapType.TASK_STORAGE, "5.11"],
    [MapType.BLOOM_FILTER, "5.16"],
    [MapType.USER_RINGBUF, "6.1"],
    [MapType.CGRP_STORAGE, "6.2"],
    [MapType.ARENA, "6.9"],
  ]);

/** The part of a map's definition that older kernels lack, and the first Linux with it; undefined when there is none. */
export function newestPartOf({ type, flags }: MapShape): { name: string; since: string } | undefined {
  if (type === MapType.STRUCT_OPS && (flags & MAP_FLAG.BPF_F_LINK) !== 0) {
    return { name: 'SEC(".struct_ops.link")', since: "6.4" };
  }
  const since = mapVersions().get(type);
  return since === undefined ? undefined : { name: describeMapType(type), since };
}

/** True when the kernel `release` ("6.1.0-37-amd64") is older than the version `since` ("6.6"); false when it is unreadable. */
export function isOlder(release: string, since: string): boolean {
  const [major = NaN, minor = NaN] = numbersOf(release);
  const [firstMajor = NaN, firstMinor = NaN] = numbersOf(since);
  return major < firstMajor || major === firstMajor && minor < firstMinor;
}

function numbersOf(version: string): number[] {
  return /^(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
}
