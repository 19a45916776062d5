/**
 * The end of a guest, after which none of its imports works.
 *
 * @module
 */

/** Thrown through the guest by `proc_exit`. The host turns it into the exit code. */
export class ProcExit {
  /** The guest's exit code, 0 to 2^32 - 1. A process shows the lowest 8 bits. */
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/** The end of one guest. */
export class Cancellation {
  #reason: ProcExit | Error | undefined;
  readonly #listeners: (() => void)[] = [];

  /** The reason why the guest has ended; undefined while it may run. Every import throws it. */
  get reason(): ProcExit | Error | undefined {
    return this.#reason;
  }

  /** Ends the guest. The first code counts, because a guest that catches exceptions can call `proc_exit` again. */
  exit(code: number): never {
    this.#end(new ProcExit(code));
  }

  /** Ends the guest because an import failed in the middle, as when the stack overflowed. The host's state may be incomplete. */
  fail(error: Error): never {
    this.#end(error);
  }

  #end(reason: ProcExit | Error): never {
    this.#reason ??= reason;
    for (const listener of this.#listeners) listener();
    throw this.#reason;
  }

  /** Adds a function that is called when the guest ends. */
  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
