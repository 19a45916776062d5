/**
 * Recognizes messages of libbpf and the verifier that show more than the reason of a refusal. The texts are those of libbpf 1.1 to
 * 1.5 and of Linux.
 *
 * @module
 */

import type { Machine } from "./machine.ts";

const SIGNS = {
  /** The object was compiled for another machine. */
  foreignObject: /is not a valid eBPF object file|non-native endianness|endianness mismatch/i,
  /** The kernel does not offer its BTF. */
  noKernelBtf: /failed to find valid kernel BTF|Error loading vmlinux BTF|kernel doesn't support BTF/i,
  /** The file that was given as the kernel's BTF is not BTF. */
  noTargetBtf: /failed to (get|parse) target BTF/,
  /** tracefs lacks the tracepoint, or is not mounted. */
  noTracepoint: /tracepoint .*perf event ID: No such file/,
  /** The process may not read the tracepoint's files in tracefs. */
  unreadableTracepoint: /perf event ID: (Permission denied|-EACCES|-13)/,
  /** The list of kernel functions that a kprobe.multi pattern is compared with cannot be opened. */
  unreadableFunctionList: /failed to open \S*available_filter_functions/,
  /** The section of a BTF-based program names no target. */
  noAttachTarget: /no BTF-based attach target is specified/,
  /** An freplace program has no program to replace. */
  noReplacedProgram: /attach program FD is not set/,
  /** The kernel does not let programs sleep in this LSM hook. */
  sleepsInHook: /\bbpf_lsm_\w+ is not sleepable/,
  /** The kernel attaches this USDT probe to one process only. */
  needsProcess: /attaching to shared libraries without specific PID is not supported/,
  /** A CO-RE relocation finds no type or field in the kernel's BTF. */
  unresolvedRelocation: /failed to resolve CO-RE relocation/,
  /** The kernel cannot map global variables of this type: -ENOTSUPP. */
  unmappableVariables: /failed to re-mmap\(\) contents: -524/,
  /** The kernel refuses the program for an event that is already open. */
  refusedByPerfEvent: /failed to (create BPF link for|attach to) perf_event FD/,
  /** An inner map of a map of maps was refused. */
  innerMap: /failed to create inner map/,
  /** libbpf suspects the limit on locked memory. */
  memlock: /memlock/i,
  /** The verifier refuses an operation that reveals kernel addresses without CAP_PERFMON. */
  revealsAddresses:
    /leaks addr|pointer comparison prohibited|pointer -= pointer prohibited|32-bit pointer arithmetic prohibited|partial copy of pointer|corrupt spilled pointer|for !root|^prog .*invalid read from stack/,
} as const;

/** A name in the table of signs. */
export type LogSign = keyof typeof SIGNS;

/** True when a line of `log` shows `sign`. */
export function shows(log: readonly string[], sign: LogSign): boolean {
  return log.some((line) => SIGNS[sign].test(line));
}

/** The kind of probe that the kernel could not create; undefined when no line of `log` names one. */
export function refusedProbe(log: readonly string[]): "kprobe" | "uprobe" | undefined {
  for (const line of log) {
    const kind = /failed to (?:create|add legacy) ([ku])(?:ret)?probe/.exec(line)?.[1];
    if (kind !== undefined) return kind === "k" ? "kprobe" : "uprobe";
  }
  return undefined;
}

/**
 * The machine that a program was compiled for, when it names registers that this machine's kernel does not have.
 * `bpf_tracing.h` takes those of x86_64 from `struct pt_regs`, and those of arm64 from `struct user_pt_regs`.
 */
export function machineOfRegisters(log: readonly string[]): Machine | undefined {
  for (const line of log) {
    const [, struct, field = ""] = /failed to resolve CO-RE relocation <\w+> \[\d+\] struct (\w+)\.(\w+)/.exec(line) ??
      [];
    if (struct === "user_pt_regs" && /^(regs|sp|pc|pstate)$/.test(field)) return "aarch64";
    if (struct === "pt_regs" && /^(r\d+|r?[abcd]x|r?[sd]i|r?[bsi]p|orig_r?ax|cs|ss|e?flags)$/.test(field)) {
      return "x86_64";
    }
    if (struct?.startsWith("pt_regs") && field === "orig_x0") return "aarch64";
  }
  return undefined;
}

/** The helper that reads or writes foreign memory and that the verifier forbids; undefined when `reason` does not name one. */
export function forbiddenHelper(reason: string): string | undefined {
  return /cannot use helper (bpf_probe_write_user|bpf_probe_read(?:_kernel)?(?:_str)?)#/.exec(reason)?.[1];
}

/** The message of libbpf 1.5 when the symbol table of a file lacks a symbol. */
const ZERO_SYMBOL = /elf: ('.*') is 0 in \w+ for ('.*'): should not be 0 in a shared library/;

/** The lines of `log` with `name` in place of `path`, the path of a descriptor. Corrects a misleading message of libbpf 1.5. */
export function withFileName(log: readonly string[], path: string, name: string): string[] {
  const anywhere = new RegExp(`${path}(?!\\d)`, "g");
  return log.map((line) =>
    line.replaceAll(anywhere, () => name).replace(ZERO_SYMBOL, "elf: failed to find symbol $1 in $2")
  );
}
