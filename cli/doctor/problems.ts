/**
 * Finds the problems of a machine: the reason why a kind of guest cannot run, and the command that mends it.
 *
 * @module
 */

import type { ProbeResult } from "../../ffi/libbpf/probe.ts";
import { isOlder } from "../../ffi/libbpf/kernel_versions.ts";
import { missingCapabilities, programNeeds } from "../../ffi/libbpf/privileges.ts";
import type { Capability } from "../../ffi/system/capabilities.ts";
import { type Facts, FILE_SYSTEMS, type FileSystem } from "./facts.ts";
import type { GuestKind } from "./kinds.ts";
import { capabilityProblem } from "./capability_problem.ts";
import type { Problem } from "./problem.ts";

/** A problem, and the kinds of guests that cannot run because of it. */
export interface ReportedProblem extends Problem {
  readonly kinds: readonly string[];
}

/** A kind of guest, and the result of loading a program of it. */
export interface ProbedKind {
  readonly kind: GuestKind;
  readonly result: ProbeResult;
}

const OTHER_KERNEL = "use another kernel; docs/kernels.md lists the needs of each kind";

const WITHOUT_LOCKDOWN = "start the kernel without lockdown (Secure Boot sets it)";

/** The problems, each once, those with the most kinds first. */
export function findProblems(kinds: readonly ProbedKind[], facts: Facts): ReportedProblem[] {
  const lacking = kinds.map((probed) => ({ ...probed, missing: lackedBy(probed, facts) }));
  const missing = [...new Set(lacking.flatMap((one) => one.missing))].sort();
  const reported = new Map<string, Problem & { kinds: string[] }>();
  for (const { kind, result, missing: own } of lacking) {
    const problem = kernelProblem(kind, facts) ??
      (own.length > 0
        ? capabilityProblem(missing, facts.process)
        : result.code === undefined
        ? placeProblem(kind, facts)
        : refusal(result, facts));
    if (problem === undefined) continue;
    const known = reported.get(problem.text) ?? { ...problem, kinds: [] };
    known.kinds.push(kind.name);
    reported.set(problem.text, known);
  }
  return [...reported.values()].sort((a, b) => b.kinds.length - a.kinds.length);
}

/** The capabilities that this process lacks for a kind of guest. */
function lackedBy({ kind: { program, section }, result: { code } }: ProbedKind, facts: Facts): Capability[] {
  if (code !== undefined && code !== "EPERM") return [];
  const { type, attachType = 0 } = program;
  const described = { type, expectedAttachType: attachType, sectionName: section };
  const held = code === undefined ? programNeeds(described, "load") : [];
  const needed = programNeeds(described, "attach").filter((name) =>
    !held.includes(name) && (name !== "CAP_DAC_READ_SEARCH" || !facts.readsTracepoints)
  );
  const { isInitialNamespace, effective } = facts.process;
  return missingCapabilities(needed, isInitialNamespace === false ? 0n : effective);
}

/** A part that the kernel lacks. */
function kernelProblem({ since, options, program }: GuestKind, facts: Facts): Problem | undefined {
  if (since !== undefined && isOlder(facts.release, since)) {
    return { text: `Linux ${since} or newer is needed`, mend: OTHER_KERNEL };
  }
  const unset = facts.config === undefined ? [] : options.filter((name) => !facts.config?.options.has(name));
  if (unset.length > 0) {
    const names = unset.map((name) => `CONFIG_${name}`).join(", ");
    return { text: `the kernel was built without ${names}`, mend: OTHER_KERNEL };
  }
  if (program.target !== undefined && !facts.hasKernelTypes) {
    return { text: "/sys/kernel/btf/vmlinux is missing", mend: mendForTypes(facts) };
  }
  return undefined;
}

/** The command for a kernel whose types are not visible. */
export function mendForTypes({ mounts }: Facts): string {
  return mounts.has("sysfs") ? "use a kernel with CONFIG_DEBUG_INFO_BTF" : mountCommand("sysfs");
}

/** A part of the machine that attaching needs. */
function placeProblem(kind: GuestKind, facts: Facts): Problem | undefined {
  const { fileSystem, perfSource, securityModule } = kind;
  if (securityModule !== undefined && facts.securityModules?.includes(securityModule) === false) {
    const modules = [...facts.securityModules.filter((name) => name !== "capability"), securityModule].join(",");
    return {
      text: `"${securityModule}" is not among the security modules`,
      mend: `add lsm=${modules} to the kernel's command line, and restart`,
    };
  }
  if (facts.lockdown === "confidentiality" && (fileSystem === "tracefs" || perfSource === "kprobe")) {
    return { text: "lockdown=confidentiality forbids it", mend: WITHOUT_LOCKDOWN };
  }
  if (fileSystem === "tracefs" && facts.readsTracepoints) return undefined;
  if (fileSystem !== undefined && facts.mounts.has("proc") && !facts.mounts.has(fileSystem)) {
    return { text: `${fileSystem} is not mounted`, mend: mountCommand(fileSystem) };
  }
  if (fileSystem === "tracefs" && facts.mounts.has("proc")) {
    return { text: "tracefs is not readable", mend: "sudo mount -o remount,mode=755 /sys/kernel/tracing" };
  }
  if (perfSource !== undefined && facts.mounts.has("sysfs") && !facts.perfSources.includes(perfSource)) {
    return { text: `the kernel has no perf events of kind "${perfSource}"`, mend: OTHER_KERNEL };
  }
  return undefined;
}

/** The command that mounts a file system. */
export function mountCommand(name: FileSystem): string {
  return `sudo mount -t ${name} ${name} ${FILE_SYSTEMS[name]}`;
}

/** The kernel refused the program, and no fact explains it. */
function refusal({ code = "", reason }: ProbeResult, facts: Facts): Problem {
  const text = `the kernel refuses it: ${code}${reason === "" ? "" : `: ${reason}`}`;
  if (code !== "EPERM") return { text, mend: OTHER_KERNEL };
  const { process, lockdown } = facts;
  if (process.hasSeccomp === true) {
    return { text: `${text}, perhaps by the seccomp filter of this process`, mend: seccompMend(process.container) };
  }
  if (lockdown !== undefined && lockdown !== "none") {
    return {
      text: `${text}, perhaps because of lockdown=${lockdown}`,
      mend: WITHOUT_LOCKDOWN,
    };
  }
  return { text, mend: "ask the administrator: a security module or a policy of the machine forbids it" };
}

function seccompMend(container: string | undefined): string {
  const command = container === "podman" ? "podman" : "docker";
  return container === undefined
    ? "start it without the seccomp filter, or allow bpf and perf_event_open in it"
    : `${command} run --security-opt seccomp=unconfined ...`;
}
