/**
 * The error for an operation that the kernel or libbpf refused.
 *
 * @module
 */

import { errnoName, errnoText } from "./errno.ts";
import { reasonOf } from "./log.ts";
import { describeOperation, type Operation, type OperationKind } from "./operation.ts";

/**
 * Details of a refused operation.
 *
 * @example
 * ```ts
 * import { BpfError, type BpfErrorOptions } from "@wasm-bpf/wasm-bpf";
 *
 * const EPERM = 1;
 * const details: BpfErrorOptions = { hint: "run as root" };
 * const error = new BpfError({ operation: "open", kind: "file", subject: "/sys/kernel/btf/vmlinux" }, EPERM, details);
 * if (error.code !== "EPERM" || error.hint !== "run as root") throw error;
 * ```
 */
export interface BpfErrorOptions {
  /** The reason, when this project found it. By default it is taken from the log. */
  reason?: string | undefined;
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
 * The message is one line for people. Programs decide by `operation`, `kind` and `code`.
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
 *   if (error.code === "EPERM") console.error("run as root");
 *   else console.error(error.message, error.log);
 * }
 * ```
 */
export class BpfError extends Error implements Operation {
  /** "BpfError". */
  override readonly name = "BpfError";
  /** The verb of the refused operation: "attach". */
  readonly operation: string;
  /** The kind of thing that it is about: "program". */
  readonly kind: OperationKind;
  /** The name of that thing; undefined for a thing without a name. */
  readonly subject: string | undefined;
  /** The target of an attachment. */
  readonly target: string | undefined;
  /** The words of the message between the verb and the reason, when kind and name do not suffice. */
  readonly words: string | undefined;
  /** The errno's symbol: "EPERM". */
  readonly code: string;
  /** The positive errno of Linux, or from 4000 on of libbpf. */
  readonly errno: number;
  /** The reason, when this project gave it instead of the log. */
  readonly reason: string | undefined;
  /** The lines that libbpf and the verifier wrote while the operation ran. */
  readonly log: readonly string[];
  /** Advice for the reader; undefined when no evidence supports any. */
  readonly hint: string | undefined;

  /**
   * Composes the message from the operation, the errno and the reason.
   *
   * @param what the operation, or another `BpfError` about the same operation.
   * @param errno Linux (or libbpf's, from 4000) error number; its sign is ignored.
   */
  constructor(what: Operation, errno: number, options: BpfErrorOptions = {}) {
    const number = Math.abs(errno);
    const code = errnoName(number);
    const { log = [], hint, cause } = options;
    const reason = options.reason ?? reasonOf(log) ?? errnoText(number);
    super(
      `${describeOperation(what)}: ${code}${reason ? `: ${reason}` : ""}${hint ? ` (hint: ${hint})` : ""}`,
      cause === undefined ? undefined : { cause },
    );
    this.operation = what.operation;
    this.kind = what.kind;
    this.subject = what.subject;
    this.target = what.target;
    this.words = what.words;
    this.errno = number;
    this.code = code;
    this.reason = options.reason;
    this.log = log;
    this.hint = hint;
  }
}
