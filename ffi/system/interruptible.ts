/**
 * Runs code that another thread can interrupt.
 *
 * `node:vm` runs a script with a time limit: a thread of the runtime then interrupts the engine, also in a loop without calls. Deno has
 * no other way to interrupt code of the same thread.
 *
 * @module
 */

/** The part of `node:vm` that is used. */
interface VirtualMachine {
  readonly Script: new (code: string) => { runInThisContext(options: { timeout: number }): unknown };
}

// An import of `node:vm` would load it for every guest, which takes tens of milliseconds.
declare const process: { getBuiltinModule(name: "node:vm"): VirtualMachine };

/** The longest time limit: the runtime's timer has 32 bits. */
export const LONGEST_RUN_MS = 2 ** 32 - 1;

/** The property of the global object through which the script finds the function. */
const FUNCTION = Symbol.for("wasm-bpf interruptible");
const SCRIPT = `globalThis[Symbol.for("wasm-bpf interruptible")]()`;

/**
 * Calls `run` for at most `timeoutMs`. An interrupt does not run its `catch` and `finally` blocks.
 *
 * @param run must not throw.
 * @returns false if the limit ended it.
 */
export function runInterruptibly(run: () => void, timeoutMs: number): boolean {
  const { Script } = process.getBuiltinModule("node:vm");
  const script = new Script(SCRIPT);
  Object.defineProperty(globalThis, FUNCTION, { value: run, configurable: true });
  try {
    script.runInThisContext({ timeout: timeoutMs });
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return false;
    throw error;
  } finally {
    Reflect.deleteProperty(globalThis, FUNCTION);
  }
}
