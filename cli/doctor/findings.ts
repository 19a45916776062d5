/**
 * The findings of `wasm-bpf doctor` as plain data (its `--json`).
 *
 * @module
 */

import { capabilitiesIn } from "../../ffi/system/capabilities.ts";
import { isOlder } from "../../ffi/libbpf/kernel_versions.ts";
import type { Facts } from "./facts.ts";
import { findProblems, mendForTypes, mountCommand, type ProbedKind, type ReportedProblem } from "./problems.ts";
import type { KernelTypes } from "./probes.ts";

/** The versions of the parts of this program. */
export interface Versions {
  readonly "wasm-bpf": string;
  readonly deno: string;
  readonly v8: string;
  /** The version and the origin, or the reason why there is none. */
  readonly libbpf: string;
}

/** The findings. */
export interface Findings {
  readonly verdict: string;
  readonly canRun: boolean;
  readonly problems: readonly ReportedProblem[];
  /** Kinds of guests that can run, by purpose. */
  readonly works: Readonly<Record<string, readonly string[]>>;
  /** Things that guests can do without. */
  readonly notes: readonly { readonly text: string; readonly mend: string }[];
  /** Types of the kernel; null if this process lacks the capabilities to find out. */
  readonly types: KernelTypes | null;
  readonly machine: Readonly<Record<string, string>>;
  readonly process: Readonly<Record<string, string>>;
  readonly versions: Versions;
}

/** The results of all probes. */
export interface Probes {
  readonly kinds: readonly ProbedKind[];
  /** Undefined if this process lacks the capabilities to find out. */
  readonly types: KernelTypes | undefined;
}

/** The largest number of kinds that the verdict names. */
const MOST_NAMED = 10;

/** The findings on a machine. */
export function findingsOf(facts: Facts, { kinds, types, versions }: Probes & { versions: Versions }): Findings {
  const problems = findProblems(kinds, facts);
  const broken = new Set(problems.flatMap(({ kinds }) => kinds));
  const works: Record<string, string[]> = {};
  for (const { kind: { name, purpose } } of kinds) {
    if (!broken.has(name)) (works[purpose] ??= []).push(name);
  }
  return {
    verdict: verdictOf(Object.keys(works), problems),
    canRun: Object.keys(works).length > 0,
    problems,
    works,
    notes: findNotes(facts, types),
    types: types ?? null,
    machine: describeMachine(facts),
    process: describeProcess(facts),
    versions,
  };
}

/** The findings without libbpf, through which everything else is read. */
export function findingsWithoutLibrary(reason: string, versions: Versions): Findings {
  const problem = { text: reason, mend: "run scripts/build_libbpf.sh, or install libbpf1", kinds: [] };
  return {
    verdict: verdictOf([], [problem]),
    canRun: false,
    problems: [problem],
    works: {},
    notes: [],
    types: null,
    machine: {},
    process: {},
    versions,
  };
}

function verdictOf(purposes: readonly string[], problems: readonly ReportedProblem[]): string {
  const [first] = problems;
  if (purposes.length === 0) return `wasm-bpf cannot run guests here: ${first?.text ?? "no kind of program works"}`;
  const missing = problems.flatMap(({ kinds }) => kinds);
  const named = missing.length > MOST_NAMED ? `${missing.length} kinds, see below` : missing.join(", ");
  const rest = missing.length === 0 ? "" : `; missing: ${named}`;
  return `wasm-bpf can run ${listed(purposes)} guests here${rest}`;
}

/** "a, b and c" */
function listed(words: readonly string[]): string {
  const last = words.at(-1) ?? "";
  return words.length < 2 ? last : `${words.slice(0, -1).join(", ")} and ${last}`;
}

function findNotes(facts: Facts, types: KernelTypes | undefined): { text: string; mend: string }[] {
  const notes: { text: string; mend: string }[] = [];
  const note = (condition: boolean, text: string, mend: string) => {
    if (condition) notes.push({ text, mend });
  };
  const { settings, mounts, process, release } = facts;
  note(!mounts.has("proc"), "/proc is not mounted, so that this report sees little", mountCommand("proc"));
  note(
    !facts.hasKernelTypes,
    "guests with CO-RE need the kernel's types: /sys/kernel/btf/vmlinux is missing",
    `${mendForTypes(facts)}, or run guests with --btf FILE`,
  );
  note(
    mounts.has("proc") && !mounts.has("bpf"),
    "guests cannot pin: no BPF file system is mounted",
    mountCommand("bpf"),
  );
  note(
    settings.get("net/core/bpf_jit_enable") === "0",
    "the kernel interprets programs, which is slow",
    "sudo sysctl net.core.bpf_jit_enable=1",
  );
  note(
    settings.get("kernel/ftrace_enabled") === "0",
    "functions of the kernel cannot be traced: ftrace is off",
    "sudo sysctl kernel.ftrace_enabled=1",
  );
  note(types?.maps.missing.includes("ringbuf") ?? false, "the kernel has no ring buffers", "use Linux 5.8 or newer");
  const isLimited = isOlder(release, "5.11") && process.lockedMemory !== "unlimited" &&
    !capabilitiesIn(process.effective).includes("CAP_SYS_RESOURCE");
  note(
    isLimited,
    `maps and programs can have ${process.lockedMemory ?? "few"} bytes together`,
    "ulimit -l unlimited, as root",
  );
  return notes;
}

function describeMachine(facts: Facts): Record<string, string> {
  const { config, mounts, settings } = facts;
  return {
    kernel: `${facts.release} ${facts.machine}`,
    distribution: facts.distribution ?? "unknown",
    configuration: config?.path ?? "not visible",
    types: facts.hasKernelTypes ? `of the kernel and ${facts.modulesWithTypes} modules` : "not visible",
    "security modules": facts.securityModules?.join(", ") ?? "not visible",
    lockdown: facts.lockdown ?? "not visible",
    mounts: [...mounts].map(([name, path]) => `${name} ${path}`).join(", ") || "not visible",
    settings: [...settings].map(([name, value]) => `${name.replaceAll("/", ".")}=${value}`).join(", ") || "not visible",
  };
}

function describeProcess({ process }: Facts): Record<string, string> {
  const yes = (value: boolean | undefined) => value === undefined ? "not visible" : value ? "yes" : "no";
  return {
    root: yes(process.isRoot),
    capabilities: capabilityText(process.effective),
    "bounding set": process.bounding === undefined ? "not visible" : capabilityText(process.bounding),
    container: process.container ?? "none seen",
    "initial user namespace": yes(process.isInitialNamespace),
    seccomp: yes(process.hasSeccomp),
    no_new_privs: yes(process.cannotGainPrivileges),
    "locked memory": process.lockedMemory ?? "not visible",
  };
}

function capabilityText(set: bigint): string {
  return capabilitiesIn(set).join(", ") || "none of those for eBPF";
}
