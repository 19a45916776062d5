/**
 * State that the import functions of one guest share.
 *
 * @module
 */

import { WASI_ERRNO, wasiErrno } from "../../errors/mod.ts";
import type { Files } from "../../ffi/system/files.ts";
import { type GuestMemory, MemoryFault } from "../core/memory.ts";
import type { DescriptorTable } from "./descriptors.ts";
import type { RefusedPaths } from "./refused_paths.ts";

/** Thrown by `proc_exit`, through the guest; the host turns it into the exit code. */
export class ProcExit {
  /** The guest's exit code, 0 to 2^32 - 1; a process shows the lowest 8 bits. */
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/** A WASI errno on its way to the guest. Not an Error: it carries no stack, so that throwing it is cheap. */
export class Refusal {
  readonly errno: number;

  /** @param errno one of {@link WASI_ERRNO}. */
  constructor(errno: number) {
    this.errno = errno;
  }
}

/** Refuses with the WASI errno of that name. */
export function refuse(name: keyof typeof WASI_ERRNO): never {
  throw new Refusal(WASI_ERRNO[name]);
}

/** The result of a system call: refuses when it is a negative errno. */
export function checked(result: number): number {
  if (result < 0) throw new Refusal(wasiErrno(result));
  return result;
}

/** One guest's state, shared by its import functions. */
export class WasiContext {
  readonly files: Files;
  readonly descriptors: DescriptorTable;
  /** Watches the guest's stderr for refused paths; undefined when no report was requested. */
  refusedPaths: RefusedPaths | undefined;
  #memory: GuestMemory | undefined;
  #exit: ProcExit | undefined;
  /** Called when {@link WasiContext.exit} is set. */
  onExit: () => void = () => {};

  constructor(files: Files, descriptors: DescriptorTable) {
    this.files = files;
    this.descriptors = descriptors;
  }

  /** Set once the guest called `proc_exit`. */
  get exit(): ProcExit | undefined {
    return this.#exit;
  }

  /** Ends the guest, with the first code that it gave. */
  end(code: number): never {
    this.#exit ??= new ProcExit(code);
    this.onExit();
    throw this.#exit;
  }

  /** @throws {MemoryFault} before {@link WasiContext.bind}: a guest's start section runs before its memory is known. */
  get memory(): GuestMemory {
    if (this.#memory === undefined) throw new MemoryFault("the guest's memory is not known yet");
    return this.#memory;
  }

  bind(memory: GuestMemory): void {
    this.#memory = memory;
  }
}

/**
 * An import function: takes i32 as numbers and i64 as BigInts, gives a WASI errno. The type is that of a method, so that each
 * function can name its own parameters; WebAssembly checks them when it links.
 */
export type WasiFunction = { run(...args: readonly (number | bigint)[]): number }["run"];

/** An import function that may give nothing for success, and throw {@link Refusal}. */
type PlainFunction = { run(...args: readonly (number | bigint)[]): number | void }["run"];

/**
 * An import function that gives the guest an errno for what is thrown as {@link Refusal} or {@link MemoryFault}.
 *
 * After `proc_exit` it throws {@link ProcExit} again: a guest that catches exceptions cannot go on.
 */
function guarded(context: WasiContext, run: PlainFunction): WasiFunction {
  return (...args) => {
    if (context.exit !== undefined) throw context.exit;
    try {
      return run(...args) ?? WASI_ERRNO.SUCCESS;
    } catch (error) {
      if (error instanceof Refusal) return error.errno;
      if (error instanceof MemoryFault) return WASI_ERRNO.EFAULT;
      throw error;
    }
  };
}

/** The functions of one activity, by their name in the import module. */
export type WasiFunctions = Record<string, WasiFunction>;

/** Guards each function of a table. */
export function guardAll(context: WasiContext, table: Record<string, PlainFunction>): WasiFunctions {
  return Object.fromEntries(Object.entries(table).map(([name, run]) => [name, guarded(context, run)]));
}
