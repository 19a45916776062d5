/**
 * The error for a guest that broke a rule.
 *
 * @module
 */

/**
 * The reason why a guest cannot run or continue.
 *
 * @example
 * ```ts
 * import type { GuestErrorCode } from "@wasm-bpf/wasm-bpf";
 *
 * const isFileAtFault = (code: GuestErrorCode) => code === "invalid-module" || code === "unknown-import";
 * ```
 */
export type GuestErrorCode =
  /** The bytes are not a WebAssembly module that can be a guest. */
  | "invalid-module"
  /** The module imports something that this runtime does not offer. */
  | "unknown-import"
  /** The module's memory does not fit into the memory limit of this process. */
  | "out-of-memory"
  /** Events were lost, and the option `failOnLoss` is given. */
  | "events-lost"
  /** The guest trapped: unreachable, out-of-bounds access, stack exhaustion, ... */
  | "trap"
  /** The guest reached its time limit. */
  | "timed-out";

/**
 * Details of a guest that broke a rule.
 *
 * @example
 * ```ts
 * import { GuestError, type GuestErrorOptions } from "@wasm-bpf/wasm-bpf";
 *
 * const details: GuestErrorOptions = { guestStack: ["on_event", "main"] };
 * const error = new GuestError("trap", "Cannot run guest: unreachable", details);
 * if (error.guestStack[0] !== "on_event") throw error;
 * ```
 */
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
