/**
 * Hints: advice about a refused operation, given only when evidence supports it.
 *
 * @module
 */

import { forbiddenHelper, machineOfRegisters, refusedProbe, shows } from "../../errors/log_signs.ts";
import type { LogReading } from "../../errors/mod.ts";
import { describeMachine, type Machine } from "../../errors/machine.ts";
import { AttachType, ProgramType } from "../../object/bpf_numbers.ts";
import { brokenMapRule, describeMap, type MapShape } from "../../object/map_rules.ts";
import type { Capability } from "../system/capabilities.ts";
import { isOlder, kernelFeatureOf, newestPartOf } from "./kernel_versions.ts";
import { mapNeeds, missingCapabilities, type ProgramFacts, programNeeds } from "./privileges.ts";

/** Facts about this process and kernel. They are read only after a failure. */
export interface Surroundings {
  readonly machine: Machine;
  /** The process's effective capabilities, a bit set. */
  capabilities(): bigint;
  /** The content of a file; undefined when it cannot be read. */
  readText(path: string): string | undefined;
}

/** The programs and maps that may be the reason of a refusal. */
export interface Subject {
  readonly action: "load" | "attach";
  /** The program that the log names, or all programs of the object. */
  readonly programs: readonly ProgramFacts[];
  readonly map?: MapShape | undefined;
}

/** A refused operation. */
export interface Refusal {
  /** The symbolic errno. */
  readonly code: string;
  readonly log: readonly string[];
  readonly reading: LogReading;
  readonly subject: Subject | undefined;
}

/** Advice about `refusal`; undefined when no evidence supports any. */
export function hintFor(refusal: Refusal, here: Surroundings): string | undefined {
  return objectHint(refusal, here) ?? machineHint(refusal, here) ?? attachPointHint(refusal, here) ??
    programHint(refusal) ??
    mapHint(refusal, here) ?? versionHint(refusal, here) ?? privilegeHint(refusal, here) ??
    (refusal.code === "ENOMEM" && shows(refusal.log, "memlock") ? MEMLOCK_HINT : undefined);
}

const MEMLOCK_HINT = "raise the limit on locked memory: ulimit -l unlimited";

/** A file of sysfs on every kernel. */
const SYSFS_FILE = "/sys/kernel/uevent_seqnum";

function objectHint({ code, log }: Refusal, here: Surroundings): string | undefined {
  if (shows(log, "foreignObject")) return "it was compiled for another machine: use clang -target bpf";
  // When memory is short, libbpf cannot read BTF that exists, so its message would mislead.
  if (code === "ENOMEM") return undefined;
  if (shows(log, "noKernelBtf")) {
    if (here.readText(SYSFS_FILE) === undefined) return "sysfs is not mounted: mount -t sysfs sysfs /sys";
    return "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF=y): --btf PATH replaces it, but not for tp_btf, fentry, lsm and struct_ops";
  }
  if (shows(log, "noTargetBtf")) return "the file of --btf does not contain a kernel's BTF";
  return undefined;
}

/** A program that reads registers fits only the machine that it was compiled for. */
function machineHint({ log }: Refusal, { machine }: Surroundings): string | undefined {
  const compiledFor = machineOfRegisters(log);
  if (compiledFor === undefined || compiledFor === machine) return undefined;
  return `it was compiled for ${describeMachine(compiledFor)}; this machine is ${describeMachine(machine)}`;
}

/** Hints for attach points that this kernel does not have. */
function attachPointHint({ log }: Refusal, here: Surroundings): string | undefined {
  if (shows(log, "noTracepoint")) return tracepointHint(here);
  const probe = refusedProbe(log);
  if (probe !== undefined && here.readText(`/sys/bus/event_source/devices/${probe}/type`) === undefined) {
    return `this kernel is built without ${probe}s (CONFIG_${probe.toUpperCase()}_EVENTS=y provides them)`;
  }
  return undefined;
}

function tracepointHint(here: Surroundings): string {
  const mounted = here.readText("/sys/kernel/tracing/README") ?? here.readText("/sys/kernel/debug/tracing/README");
  if (mounted !== undefined) return "this kernel has no such tracepoint: see /sys/kernel/tracing/available_events";
  // Confidentiality makes the files of a mounted tracefs unreadable.
  return lockdownMode(here) === "confidentiality"
    ? lockedDown("confidentiality", "reading tracefs")
    : "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing";
}

/** Hints for reasons that lie in the program itself. */
function programHint({ code, log, subject }: Refusal): string | undefined {
  if (shows(log, "noAttachTarget")) {
    return 'the section of the program has to name what it attaches to, like SEC("fentry/FUNCTION")';
  }
  if (shows(log, "noReplacedProgram")) {
    return "freplace cannot be used here yet: no call sets the program to replace";
  }
  if (shows(log, "unresolvedRelocation")) {
    return "this kernel's BTF has no such type or field: check with bpf_core_field_exists() or bpf_core_type_exists() before use";
  }
  if (shows(log, "unmappableVariables")) {
    return 'a bpf_spin_lock, bpf_timer, list or tree cannot be shared with the guest: SEC(".data.private") __hidden keeps its variable apart';
  }
  // The event was opened already. The kernel then compares the largest offset that the program reads with the record's size.
  const isTracepoint = subject?.action === "attach" &&
    subject.programs.every(({ type }) => type === ProgramType.TRACEPOINT);
  if (isTracepoint && code === "EACCES" && shows(log, "refusedByPerfEvent")) {
    return "the program reads beyond the tracepoint's record, whose fields /sys/kernel/tracing/events/CATEGORY/NAME/format lists";
  }
  return undefined;
}

/** The rule that a refused map breaks, or the Linux that has such maps, with the map's definition. */
function mapHint({ code, subject }: Refusal, here: Surroundings): string | undefined {
  const map = subject?.map;
  if (map === undefined || code === "EPERM" || code === "EACCES") return undefined;
  const tooLarge = code === "E2BIG" || code === "ENOMEM"
    ? "it needs more memory than the kernel gives a map"
    : undefined;
  const part = code === "EINVAL" ? newestPartOf(map) : undefined;
  const tooNew = part === undefined ? undefined : neededVersion(part.name, part.since, here);
  const rule = brokenMapRule(map) ?? tooLarge ?? tooNew;
  return `${rule === undefined ? "" : `${rule}; `}the map is ${describeMap(map)}`;
}

/** The first version of Linux with a feature that this kernel is too old for, or the option that it needs. */
function versionHint({ code, log, reading, subject }: Refusal, here: Surroundings): string | undefined {
  if (code !== "EINVAL" && code !== "EOPNOTSUPP") return undefined;
  if (shows(log, "sleepsInHook")) return neededVersion("a sleepable program for this hook", "5.11", here);
  if (shows(log, "needsProcess")) {
    return neededVersion("usdt for all processes of a shared library or a PIE", "5.15", here);
  }
  // A kernel that lacks the kind of program does not get as far as the verifier.
  if (subject === undefined || reading.verifier || subject.action === "load" && reading.program === undefined) {
    return undefined;
  }
  const feature = subject.programs.map(kernelFeatureOf).find((one) => one?.refusedAt === subject.action);
  if (feature === undefined) return undefined;
  const { name, since, option } = feature;
  return neededVersion(name, since, here) ??
    (code === "EOPNOTSUPP" && option !== undefined ? `${name} needs a kernel with ${option}=y` : undefined);
}

/** A hint when this kernel is older than `since`. */
function neededVersion(name: string, since: string, here: Surroundings): string | undefined {
  const release = kernelRelease(here);
  return isOlder(release, since) ? `${name} needs Linux ${since}; this is ${release}` : undefined;
}

function kernelRelease(here: Surroundings): string {
  return here.readText("/proc/sys/kernel/osrelease")?.trim() ?? "";
}

function privilegeHint(refusal: Refusal, here: Surroundings): string | undefined {
  const { code, reading, subject } = refusal;
  if (reading.verifier) return verifierHint(reading.reason ?? "", here);
  if (code !== "EPERM" && code !== "EACCES" || subject === undefined) return undefined;
  const missing = missingCapabilities(needsOf(refusal, subject), here.capabilities());
  if (missing.length > 0) return grantHint(missing);
  if (!isInitialUserNamespace(here)) {
    return "this process is in a user namespace, where the kernel accepts no capability for BPF: run as root outside it";
  }
  if (code !== "EPERM") return undefined;
  if (shows(refusal.log, "unreadableFunctionList")) {
    return lockdownHint(here, "integrity", "reading which functions can be probed");
  }
  if (refusedProbe(refusal.log) === "kprobe") return lockdownHint(here, "confidentiality", "kprobes");
  if (mayBeLockedDown(refusal, subject)) return lockdownHint(here, "integrity", "programs that hook kernel functions");
  return chargesMemlock(here) ? MEMLOCK_HINT : undefined;
}

function grantHint(missing: readonly Capability[]): string {
  return `run as root or grant ${missing.join(" and ")}`;
}

function needsOf({ log }: Refusal, { action, programs, map }: Subject): readonly Capability[] {
  if (map !== undefined) return mapNeeds(map);
  const needs = programs.length === 0 ? ["CAP_BPF" as const] : programs.flatMap((one) => programNeeds(one, action));
  // File modes in tracefs differ between systems, so the capability counts only when the log shows an unreadable file.
  const unreadable = shows(log, "unreadableTracepoint");
  return needs.filter((name) => name !== "CAP_DAC_READ_SEARCH" || unreadable);
}

function verifierHint(reason: string, here: Surroundings): string | undefined {
  if (shows([reason], "revealsAddresses")) {
    const missing = missingCapabilities(["CAP_PERFMON"], here.capabilities());
    return missing.length > 0 ? grantHint(missing) : undefined;
  }
  const helper = forbiddenHelper(reason);
  if (helper === undefined) return undefined;
  return lockdownHint(here, helper === "bpf_probe_write_user" ? "integrity" : "confidentiality", helper);
}

const HOOKS_OF_FUNCTIONS: readonly number[] = [
  AttachType.TRACE_FENTRY,
  AttachType.TRACE_FEXIT,
  AttachType.MODIFY_RETURN,
];

/** When no capability is missing, lockdown can be the reason why a kernel refuses kernel function hooks and LSM programs. */
function mayBeLockedDown({ reading }: Refusal, { action, programs }: Subject): boolean {
  if (action === "attach" || reading.program === undefined) return false;
  return programs.some(({ type, expectedAttachType }) =>
    type === ProgramType.LSM || type === ProgramType.TRACING && HOOKS_OF_FUNCTIONS.includes(expectedAttachType)
  );
}

const MODES = ["none", "integrity", "confidentiality"];

/** A hint about lockdown when its mode is at least `atLeast` or cannot be read. */
function lockdownHint(here: Surroundings, atLeast: string, forbidden: string): string | undefined {
  const mode = lockdownMode(here);
  if (mode === undefined) {
    if (here.readText("/proc/filesystems")?.includes("securityfs") === false) return undefined;
    return "lockdown may be the cause, and cannot be read: mount -t securityfs securityfs /sys/kernel/security";
  }
  if (MODES.indexOf(mode) < MODES.indexOf(atLeast)) return undefined;
  return lockedDown(mode, forbidden);
}

function lockedDown(mode: string, forbidden: string): string {
  return `the kernel is locked down (${mode}), which can forbid ${forbidden}`;
}

/** The mode of lockdown: "none", "integrity" or "confidentiality"; undefined when it cannot be read. */
function lockdownMode(here: Surroundings): string | undefined {
  const text = here.readText("/sys/kernel/security/lockdown");
  return text === undefined ? undefined : /\[(\w+)\]/.exec(text)?.[1] ?? "none";
}

/** Capabilities in another user namespace do not count for bpf(2). Only the initial namespace maps every user to itself. */
function isInitialUserNamespace(here: Surroundings): boolean {
  const map = here.readText("/proc/self/uid_map");
  return map === undefined || /^\s*0\s+0\s+4294967295\s*$/.test(map);
}

/** Before Linux 5.11, maps and programs count against RLIMIT_MEMLOCK, and the kernel returns EPERM at the limit. */
function chargesMemlock(here: Surroundings): boolean {
  return isOlder(kernelRelease(here), "5.11");
}
