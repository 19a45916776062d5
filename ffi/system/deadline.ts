/**
 * Timers for the time limit of a guest.
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import { cString } from "./c_string.ts";
import type { NativeLibrary } from "./library.ts";

/** A deadline of the calling thread. */
export interface DeadlineOptions {
  /** From this time on, system calls of this thread end with EINTR, so that none of them waits. */
  readonly interruptAfterMs: number;
  /** The time at which the process ends with exit code 124, for code that no interrupt reaches; undefined for never. */
  readonly endAfterMs: number | undefined;
  /** The last line on stderr: at most 254 bytes. */
  readonly lastLine: string;
}

/**
 * Sets a deadline. Disposing removes it.
 *
 * @throws {BpfError} ENOSYS without the library of this project.
 */
export function openDeadline({ shim }: NativeLibrary, options: DeadlineOptions): Disposable {
  using stack = new DisposableStack();
  const open = (start: (symbols: Symbols) => number) => {
    const timer = shim === undefined ? -LINUX_ERRNO.ENOSYS : start(shim.symbols);
    if (timer < 0) throw new BpfError({ operation: "limit", kind: "process", words: "time" }, timer);
    stack.defer(() => shim?.symbols.wasm_bpf_deadline_close(timer));
  };
  open((symbols) => symbols.wasm_bpf_deadline_interrupt(BigInt(options.interruptAfterMs)));
  const { endAfterMs, lastLine } = options;
  if (endAfterMs !== undefined) {
    open((symbols) => symbols.wasm_bpf_deadline_end(BigInt(endAfterMs), cString(lastLine)));
  }
  return stack.move();
}

type Symbols = NonNullable<NativeLibrary["shim"]>["symbols"];
