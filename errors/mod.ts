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
  cause?: unknown;
}

/**
 * The kernel or libbpf refused an operation.
 *
 * `operation` reads "Cannot <verb> <noun>"; `code` is the symbolic errno ("EPERM"), `errno` its positive Linux number.
 */
export class BpfError extends Error {
  override readonly name = "BpfError";
  readonly operation: string;
  readonly code: string;
  readonly errno: number;
  readonly log: readonly string[];
  readonly hint: string | undefined;

  /** @param errno Linux (or libbpf's, from 4000) error number; its sign is ignored. */
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

/** The guest broke a rule: it is no module that can be linked, or it trapped. */
export class GuestError extends Error {
  override readonly name = "GuestError";
  readonly code: GuestErrorCode;
  /** The guest's functions that were running when it trapped, innermost first; `function[12]` for one without a name. */
  readonly guestStack: readonly string[];

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
