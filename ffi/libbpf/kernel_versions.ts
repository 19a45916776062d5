/**
 * Kinds of programs that older kernels lack. Each row was seen refused by an older kernel (`tests/vm/features_test.ts`).
 *
 * @module
 */

import { AttachType } from "../../object/bpf_numbers.ts";
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

/** True when the kernel `release` ("6.1.0-37-amd64") is older than the version `since` ("6.6"); false when it is unreadable. */
export function isOlder(release: string, since: string): boolean {
  const [major = NaN, minor = NaN] = numbersOf(release);
  const [firstMajor = NaN, firstMinor = NaN] = numbersOf(since);
  return major < firstMajor || major === firstMajor && minor < firstMinor;
}

function numbersOf(version: string): number[] {
  return /^(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number) ?? [];
}
