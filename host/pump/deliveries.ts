import { WASI_ERRNO } from "../../errors/mod.ts";

/** The deliveries of one buffer of version 2. A callback of the guest can start no second one, and may free the buffer. */
export class Deliveries {
  #isRunning = false;
  #isStopped = false;

  /** True after {@link stop}. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Runs a delivery. @returns its result; -EBUSY within another one; -EINVAL after {@link stop}. */
  run(make: () => number): number {
    if (this.#isStopped) return -WASI_ERRNO.EINVAL;
    if (this.#isRunning) return -WASI_ERRNO.EBUSY;
    this.#isRunning = true;
    try {
      return make();
    } finally {
      this.#isRunning = false;
    }
  }

  /** Refuses further deliveries. @returns false if they were already refused. */
  stop(): boolean {
    const isFirst = !this.#isStopped;
    this.#isStopped = true;
    return isFirst;
  }
}
