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

/** What is known about a refused operation. */
export interface BpfErrorOptions {
  /** The lines that libbpf and the verifier wrote while the operation ran; may be empty. */
  log?: readonly string[];
  /** What the reader can do about it; only where evidence supports it. */
  hint?: string | undefined;
  /** The error behind this one. */
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
  /** The errno, a positive number of Linux's, or from 4000 on of libbpf's own. */
  readonly errno: number;
  /** The lines that libbpf and the verifier wrote while the operation ran. */
  readonly log: readonly string[];
  /** Advice for the reader; undefined where no evidence supports any. */
  readonly hint: string | undefined;

  /**
   * Makes the message from the operation, the errno and the log.
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

/** Why a guest cannot run, or cannot go on. */
export type GuestErrorCode =
  /** Not a WebAssembly module, or one that lacks what every guest must have. */
  | "invalid-module"
  /** The module imports what this runtime does not offer. */
  | "unknown-import"
  /** The memory that the module declares does not fit into what this process may take. */
  | "out-of-memory"
  /** The guest trapped: unreachable, out-of-bounds access, stack exhaustion, ... */
  | "trap";

/** What is known about a guest that broke a rule. */
export interface GuestErrorOptions extends ErrorOptions {
  /** The guest's functions that were running, innermost first. */
  guestStack?: readonly string[];
}

/**
 * The guest broke a rule: it is no module that can be linked, or it trapped.
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
  /** The guest's functions that were running when it trapped, innermost first; `function[12]` for one without a name. */
  readonly guestStack: readonly string[];

  /**
   * Takes the message as it is.
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
 * Bytes that are not what they should be: an ELF object, BTF, or a WebAssembly module that cannot be parsed.
 *
 * The message reads "Cannot parse ELF: <what is wrong>".
 */
export class FormatError extends Error {
  override readonly name = "FormatError";
  /** What the bytes should be: "ELF", "BTF". */
  readonly format: string;
  readonly problem: string;

  constructor(format: string, problem: string, options?: ErrorOptions) {
    // It may quote names from the bytes.
    const text = printable(problem);
    super(`Cannot parse ${format}: ${text}`, options);
    this.format = format;
    this.problem = text;
  }
}
