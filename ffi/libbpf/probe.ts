/**
 * Finds out what the running kernel offers, by loading the smallest programs and maps.
 *
 * @module
 */

import { errnoName, LINUX_ERRNO } from "../../errors/mod.ts";
import { AttachType, ProgramType } from "../../object/bpf_numbers.ts";
import { CALL, INSTRUCTION_BYTES } from "../../object/instructions.ts";
import { cString } from "../system/c_string.ts";
import type { System } from "../system/system.ts";
import type { FunctionName, Libbpf, NativeArgument } from "./interfaces/mod.ts";
import { Struct } from "./struct.ts";

const EXIT = [0x95, 0, 0, 0, 0, 0, 0, 0];
/** `r0 = 0; exit` */
const returnZero = () => Uint8Array.of(0xb7, 0, 0, 0, 0, 0, 0, 0, ...EXIT);
/** `call helper; exit` */
const callOf = (helper: number) => Uint8Array.of(CALL, 0, 0, 0, helper & 0xff, helper >> 8, 0, 0, ...EXIT);

/** The verifier's log of such a program is much shorter. */
const LOG_BYTES = 4096;

/** The attach types that need CONFIG_FPROBE. */
const FPROBE_TYPES: ReadonlySet<number> = new Set([AttachType.TRACE_KPROBE_MULTI, AttachType.TRACE_KPROBE_SESSION]);

/** A kind of program to load. */
export interface ProbedProgram {
  /** A value of {@link ProgramType}. */
  readonly type: number;
  /** A value of {@link AttachType}; 0 by default. */
  readonly attachType?: number;
  /** The function or tracepoint of the kernel that the program is for, if its kind needs one to be loaded. */
  readonly target?: string;
}

/** The result of loading a program: the kernel's error, if it refused. */
export interface ProbeResult {
  /** The name of the errno: "EPERM"; undefined when the kernel accepted the program. */
  readonly code: string | undefined;
  /** The last line of the verifier's log, or a reason of libbpf; "" when there is none. */
  readonly reason: string;
}

/** Probes the kernel. Nothing stays in it. */
export class KernelProbe {
  readonly #libbpf: Libbpf;
  readonly #system: System;

  constructor(libbpf: Libbpf, system: System) {
    this.#libbpf = libbpf;
    this.#system = system;
  }

  /** Loads a program that returns 0, and frees it. */
  program({ type, attachType = 0, target }: ProbedProgram): ProbeResult {
    const options = new Struct("bpf_prog_load_opts").i32("expected_attach_type", attachType);
    if (target !== undefined) {
      const id = this.#number("libbpf_find_vmlinux_btf_id", [cString(target), attachType]);
      if (id < 0) return { code: errnoName(-id), reason: `"${target}" is not among the kernel's types` };
      options.i32("attach_btf_id", id);
    }
    return this.#load(type, returnZero(), options, attachType);
  }

  /** True if the kernel has the helper, for programs of any type. Needs the right to load programs. */
  knowsHelper(helper: number): boolean {
    const { reason } = this.#load(ProgramType.SOCKET_FILTER, callOf(helper), new Struct("bpf_prog_load_opts"));
    return !reason.startsWith("invalid func ");
  }

  /** True if libbpf's probe loads a program of this type. */
  hasProgramType(type: number): boolean {
    return this.#number("libbpf_probe_bpf_prog_type", [type, null]) === 1;
  }

  /** True if libbpf's probe creates a map of this type. */
  hasMapType(type: number): boolean {
    return this.#number("libbpf_probe_bpf_map_type", [type, null]) === 1;
  }

  /** True if programs of this type, which the kernel has, may call the helper. libbpf cannot find out for all types. */
  hasHelper(type: number, helper: number): boolean {
    return this.#number("libbpf_probe_bpf_helper", [type, helper, null]) === 1;
  }

  #load(
    type: number,
    instructions: Uint8Array<ArrayBuffer>,
    options: Struct<"bpf_prog_load_opts">,
    attachType = 0,
  ): ProbeResult {
    const log = new Uint8Array(LOG_BYTES);
    options.buffer("log_buf", log).i32("log_size", LOG_BYTES).i32("log_level", 1);
    const count = instructions.length / INSTRUCTION_BYTES;
    const fd = this.#number("bpf_prog_load", [type, null, cString("GPL"), instructions, count, options.bytes]);
    if (fd < 0) return { code: errnoName(-fd), reason: lastLine(log) };
    const code = FPROBE_TYPES.has(attachType) ? this.#fprobeError(fd, attachType) : undefined;
    this.#system.closeDescriptor(fd);
    return { code, reason: "" };
  }

  /**
   * A kernel without CONFIG_FPROBE loads programs for many functions, and refuses only to attach them. Without functions, others refuse
   * with EINVAL.
   */
  #fprobeError(fd: number, attachType: number): string | undefined {
    const result = this.#number("bpf_link_create", [fd, 0, attachType, null]);
    return result === -LINUX_ERRNO.EOPNOTSUPP ? "EOPNOTSUPP" : undefined;
  }

  #number(name: FunctionName, args: readonly NativeArgument[]): number {
    const { calls } = this.#libbpf;
    calls.begin();
    const { value } = calls.call(name, args);
    calls.takeMessages();
    return typeof value === "number" ? value : -1;
  }
}

/** Lines of the verifier about its own work. */
const STATISTICS = /^(processed|verification time|stack depth) /;

/** The last line of the verifier's log with a reason. */
function lastLine(log: Uint8Array): string {
  const text = new TextDecoder().decode(log.subarray(0, log.indexOf(0)));
  return text.split("\n").filter((line) => line !== "" && !STATISTICS.test(line)).at(-1) ?? "";
}
