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
  #reason: ProcExit | undefined;
  readonly #listeners: (() => void)[] = [];

  /** The reason why the guest has ended; undefined while it may run. Every import throws it. */
  get reason(): ProcExit | undefined {
    return this.#reason;
  }

  /** Ends the guest. The first code counts, because a guest that catches exceptions can call `proc_exit` again. */
  exit(code: number): never {
    this.#reason ??= new ProcExit(code);
    for (const listener of this.#listeners) listener();
    throw this.#reason;
  }

  /** Adds a function that is called when the guest ends. */
  onEnd(listener: () => void): void {
    this.#listeners.push(listener);
  }
}
