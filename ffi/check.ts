/**
 * From what libbpf returned to a value or a {@link BpfError} that says what to do.
 *
 * @module
 */

import { BpfError, errnoName } from "../errors.ts";
import type { Libc } from "./libc.ts";
import type { LibbpfLog } from "./log.ts";

/** What can be learnt about this process and kernel, asked only when something failed. */
export interface Surroundings {
  /** The process's effective capabilities, a bit set. */
  capabilities(): bigint;
  /** The content of a file; undefined when it cannot be read. */
  readText(path: string): string | undefined;
}

/** Bits of a capability set (`linux/capability.h`). */
export const CAPABILITY = { CAP_NET_ADMIN: 12n, CAP_SYS_ADMIN: 21n, CAP_PERFMON: 38n, CAP_BPF: 39n } as const;

/** Turns results into values or errors; made once per {@link LibbpfLog}. */
export class Checker {
  readonly #log: LibbpfLog;
  readonly #libc: Libc;

  constructor(log: LibbpfLog, libc: Libc) {
    this.#log = log;
    this.#libc = libc;
  }

  /** Forgets what was logged before the next operation. */
  begin(): void {
    this.#log.take();
  }

  /** `result` when it is not negative. @throws {BpfError} otherwise. */
  value(operation: string, result: number): number {
    if (result < 0) throw this.error(operation, result);
    return result;
  }

  /** The error for a refused operation, with the log of it and a hint where there is evidence for one. */
  error(operation: string, errno: number): BpfError {
    const log = this.#log.take();
    return new BpfError(operation, errno, {
      log,
      hint: hintFor(operation, errnoName(Math.abs(errno)), log, this.#here),
    });
  }

  readonly #here: Surroundings = {
    capabilities: () => this.#libc.effectiveCapabilities(),
    readText: (path) => {
      try {
        return new TextDecoder().decode(this.#libc.readFile(path));
      } catch {
        return undefined;
      }
    },
  };
}

/** What a person can do about a refused operation; undefined where the evidence supports nothing. */
export function hintFor(
  operation: string,
  code: string,
  log: readonly string[],
  here: Surroundings,
): string | undefined {
  const text = log.join("\n");
  if (/is not a valid eBPF object file|non-native endianness|endianness mismatch/i.test(text)) {
    return "it was compiled for another machine: use clang -target bpf";
  }
  if (/failed to find valid kernel BTF|Error loading vmlinux BTF|kernel doesn't support BTF/i.test(text)) {
    return "this kernel has no BTF (CONFIG_DEBUG_INFO_BTF=y): --btf PATH gives it, but not to tp_btf, fentry, lsm and struct_ops";
  }
  if (/failed to (get|parse) target BTF/.test(text)) return "--btf names no file with a kernel's BTF";
  if (/tracepoint .*perf event ID: No such file/.test(text)) return tracepointHint(here);
  const probe = /failed to create (kprobe|kretprobe|uprobe|uretprobe)/.exec(text)?.[1]?.replace("ret", "");
  if (probe !== undefined && here.readText(`/sys/bus/event_source/devices/${probe}/type`) === undefined) {
    return `this kernel is built without ${probe}s (CONFIG_${probe.toUpperCase()}_EVENTS=y provides them)`;
  }
  if (code === "EPERM" || code === "EACCES") return privilegeHint(operation, text, here);
  if (code === "ENOMEM" && /memlock/i.test(text)) return "raise the limit on locked memory: ulimit -l unlimited";
  return undefined;
}

function tracepointHint(here: Surroundings): string | undefined {
  const mounted = here.readText("/sys/kernel/tracing/README") ?? here.readText("/sys/kernel/debug/tracing/README");
  if (mounted === undefined) return "tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing";
  return "this kernel has no such tracepoint: see /sys/kernel/tracing/available_events";
}

/** Why the kernel said no to this process: a missing capability or lockdown. With a verifier's reason in the log, silence. */
function privilegeHint(operation: string, text: string, here: Surroundings): string | undefined {
  if (/-- BEGIN PROG LOAD LOG --/.test(text) && /R\d|insn|processed \d+/.test(text)) return undefined;
  const held = here.capabilities();
  const has = (name: keyof typeof CAPABILITY) => (held >> CAPABILITY[name] & 1n) === 1n;
  if (!has("CAP_SYS_ADMIN")) {
    const missing = (["CAP_BPF", "CAP_PERFMON"] as const).filter((name) => !has(name));
    if (/interface|tc|xdp|cgroup|socket/i.test(operation) && !has("CAP_NET_ADMIN")) {
      return `run as root or grant ${[...missing, "CAP_NET_ADMIN"].join(" and ")}`;
    }
    if (missing.length > 0) return `run as root or grant ${missing.join(" and ")}`;
  }
  const lockdown = here.readText("/sys/kernel/security/lockdown");
  const mode = lockdown === undefined ? undefined : /\[(integrity|confidentiality)\]/.exec(lockdown)?.[1];
  if (mode !== undefined) return `the kernel is locked down (${mode}), which forbids some programs and helpers`;
  return undefined;
}
