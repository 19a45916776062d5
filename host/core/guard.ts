/**
 * The guard around every import: it turns errors into error numbers for the guest, and stops a guest that has ended.
 *
 * @module
 */

import { BpfError, GuestError, LINUX_ERRNO, linuxErrno, WASI_ERRNO, wasiErrno } from "../../errors/mod.ts";
import type { Cancellation } from "./cancellation.ts";
import { MemoryFault } from "./memory.ts";
import { Refusal } from "./refusal.ts";

/** The form in which an import module returns errors. */
export interface ErrorResults {
  /** The numbers of Linux, or those of WASI, which a guest's own libc has. */
  readonly space: "linux" | "wasi";
  /** -1 for modules whose results are 0 or positive, 1 for WASI, where every result is an errno. */
  readonly sign: -1 | 1;
}

/** Module `wasm_bpf`. */
export const NEGATIVE_LINUX: ErrorResults = { space: "linux", sign: -1 };
/** Modules `libbpf` and `wasm_bpf_sys`. */
export const NEGATIVE_WASI: ErrorResults = { space: "wasi", sign: -1 };
/** WASI itself. */
export const POSITIVE_WASI: ErrorResults = { space: "wasi", sign: 1 };

/** Options of {@link Guard.wrap}. */
export interface GuardOptions<R> {
  /** The form of the module's errors. */
  readonly errors: ErrorResults;
  /** The result for any error; by default the errno. */
  readonly onError?: R;
  /**
   * True for functions that may wait, or between whose calls a guest expects time to pass: copies of map memory are brought up to
   * date before and after.
   */
  readonly syncs: boolean;
}

/** Copies of map memory; see `shared_memory.ts`. */
export interface Copies {
  /** True while there is something to copy. */
  readonly copying: boolean;
  /** Copies it. */
  sync(): void;
}

/** The signals of the guest; see `signals.ts`. */
export interface PendingSignals {
  /** True while a signal waits to be handled. */
  readonly pending: boolean;
  /** Calls the guest's handlers. */
  deliver(): void;
}

/** The guard of one guest's imports. */
export class Guard {
  readonly #cancellation: Cancellation;
  readonly #copies: Copies;
  readonly #signals: PendingSignals;
  readonly #report: (problem: BpfError | string) => void;
  #failures = 0;

  /** @param options.report gets each refusal before the guest gets its errno. */
  constructor(options: {
    cancellation: Cancellation;
    copies: Copies;
    signals: PendingSignals;
    report: (problem: BpfError | string) => void;
  }) {
    this.#cancellation = options.cancellation;
    this.#copies = options.copies;
    this.#signals = options.signals;
    this.#report = options.report;
  }

  /**
   * Returns `call` as the guest may import it. Nothing as result means 0.
   *
   * After the guest has ended, the import throws the reason, because a guest that catches exceptions could continue. Before the import
   * returns, the guest's handlers of pending signals run.
   */
  wrap<P extends readonly unknown[], R extends number | bigint>(
    call: (...parameters: P) => R | void,
    options: GuardOptions<R>,
  ): (...parameters: P) => R | number {
    const { errors, onError, syncs } = options;
    return (...parameters) => {
      const { reason } = this.#cancellation;
      if (reason !== undefined) throw reason;
      if (syncs && this.#copies.copying) this.#copies.sync();
      let result: R | number;
      try {
        result = call(...parameters) ?? 0;
      } catch (error) {
        const errno = this.resultOf(error, errors);
        result = onError ?? errno;
      } finally {
        if (syncs && this.#copies.copying) this.#copies.sync();
      }
      this.handleSignals();
      return result;
    };
  }

  /** Calls the guest's handlers of pending signals. Each import does this before it returns. */
  handleSignals(): void {
    if (this.#signals.pending) this.#signals.deliver();
  }

  /**
   * The number of failures that can be the reason for a guest's "No such file or directory": reported problems, and WASI calls that
   * returned ENOENT. Map calls are not counted, because that would slow them down.
   */
  get failures(): number {
    return this.#failures;
  }

  /** Reports a problem for which the caller returns an errno to the guest. */
  report(problem: BpfError | string): void {
    this.#failures++;
    this.#report(problem);
  }

  /** Returns the guest's result for an error of an import. Reports a {@link BpfError}. Throws errors that are not for the guest. */
  resultOf(error: unknown, { space, sign }: ErrorResults): number {
    if (error instanceof Refusal && space === "wasi") {
      if (error.errno === WASI_ERRNO.ENOENT) this.#failures++;
      return sign * error.errno;
    }
    if (error instanceof MemoryFault) return sign * (space === "wasi" ? WASI_ERRNO : LINUX_ERRNO).EFAULT;
    if (!(error instanceof BpfError)) return this.#pass(error);
    this.report(error);
    return sign * (space === "wasi" ? wasiErrno(error.errno) : linuxErrno(error.errno));
  }

  /** Throws an error that is not for the guest. After a failure of the host, a guest that catches it can call no import. */
  #pass(error: unknown): never {
    const isOfGuest = error instanceof GuestError || error instanceof WebAssembly.RuntimeError;
    if (error instanceof Error && !isOfGuest) this.#cancellation.fail(error);
    throw error;
  }
}
