/**
 * The errors that this project throws.
 *
 * @module
 */

import { errnoName, errnoText } from "./errno.ts";
import { reasonOf } from "./log.ts";
import { printable } from "./printable.ts";

export * from "./errno.ts";
export { type LogReading, readLog } from "./log.ts";
export { printable, printableJson } from "./printable.ts";

/** Details of a refused operation. */
export interface BpfErrorOptions {
  /** The lines that libbpf and the verifier wrote while the operation ran; may be empty. */
  log?: readonly string[];
  /** Advice for the reader, given only when evidence supports it. */
  hint?: string | undefined;
  /** The error that caused this one. */
  cause?: unknown;
}

/**
 * The kernel or libbpf refused an operation.
 *
 * `operation` reads "Cannot <verb> <noun>"; `code` is the symbolic errno ("EPERM"), `errno` its positive Linux number.
 *
 * @example
 * ```ts
 * import { BpfError, openLibbpf } from "@wasm-bpf/wasm-bpf";
 *
 * using libbpf = openLibbpf();
 * try {
 *   libbpf.openObject(new Uint8Array());
 * } catch (error) {
 *   if (!(error instanceof BpfError)) throw error;
 *   console.error(error.message, error.code, error.log);
 * }
 * ```
 */
export class BpfError extends Error {
  /** "BpfError". */
  override readonly name = "BpfError";
  /** "Cannot <verb> <noun>". */
  readonly operation: string;
  /** The errno's symbol: "EPERM". */
  readonly code: string;
  /** The positive errno of Linux, or from 4000 on of libbpf. */
  readonly errno: number;
  /** The lines that libbpf and the verifier wrote while the operation ran. */
  readonly log: readonly string[];
  /** Advice for the reader; undefined when no evidence supports any. */
  readonly hint: string | undefined;

  /**
   * Composes the message from the operation, the errno and the log.
   *
   * @param errno Linux (or libbpf's, from 4000) error number; its sign is ignored.
   */
  constructor(operation: string, errno: number, options: BpfErrorOptions = {}) {
    const number = Math.abs(errno);
    const code = errnoName(number);
    const log = options.log ?? [];
    const reason = reasonOf(log) ?? errnoText(number);
    super(
      `${operation}: ${code}${reason ? `: ${reason}` : ""}${options.hint ? ` (hint: ${options.hint})` : ""}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.operation = operation;
    this.errno = number;
    this.code = code;
    this.log = log;
    this.hint = options.hint;
  }
}

/** The reason why a guest cannot run or continue. */
export type GuestErrorCode =
  /** The bytes are not a WebAssembly module that can be a guest. */
  | "invalid-module"
  /** The module imports something that this runtime does not offer. */
  | "unknown-import"
  /** The module's memory does not fit into the memory limit of this process. */
  | "out-of-memory"
  /** The guest trapped: unreachable, out-of-bounds access, stack exhaustion, ... */
  | "trap";

/** Details of a guest that broke a rule. */
export interface GuestErrorOptions extends ErrorOptions {
  /** The guest's functions that were running, innermost first. */
  guestStack?: readonly string[];
}

/**
 * The guest broke a rule: it cannot be linked, or it trapped.
 *
 * @example
 * ```ts
 * import { GuestError, runGuest } from "@wasm-bpf/wasm-bpf";
 *
 * try {
 *   runGuest(new TextEncoder().encode("no module"), { name: "text" });
 * } catch (error) {
 *   if (!(error instanceof GuestError) || error.code !== "invalid-module") throw error;
 * }
 * ```
 */
export class GuestError extends Error {
  /** "GuestError". */
  override readonly name = "GuestError";
  /** The rule that was broken. */
  readonly code: GuestErrorCode;
  /** The guest's call stack when it trapped, innermost function first; `function[12]` for a function without a name. */
  readonly guestStack: readonly string[];

  /**
   * Uses the message unchanged.
   *
   * @param message one line, "Cannot <verb> <noun>: <state>".
   */
  constructor(code: GuestErrorCode, message: string, options: GuestErrorOptions = {}) {
    super(message, options);
    this.code = code;
    this.guestStack = options.guestStack ?? [];
  }
}

/**
 * Bytes in the wrong format: an ELF object, BTF, or a WebAssembly module that cannot be parsed.
 *
 * The message reads "Cannot parse ELF: <what is wrong>".
 */
export class FormatError extends Error {
  override readonly name = "FormatError";
  /** The expected format: "ELF", "BTF". */
  readonly format: string;
  readonly problem: string;

  constructor(format: string, problem: string, options?: ErrorOptions) {
    // The message may quote names from the untrusted bytes.
    const text = printable(problem);
    super(`Cannot parse ${format}: ${text}`, options);
    this.format = format;
    this.problem = text;
  }
}
