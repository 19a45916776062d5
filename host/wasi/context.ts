/**
 * The state that the WASI functions of one guest share.
 *
 * @module
 */

import { Clocks } from "../../ffi/system/clocks.ts";
import type { Files } from "../../ffi/system/files.ts";
import type { Cancellation } from "../core/cancellation.ts";
import type { DescriptorTable } from "../core/descriptors.ts";
import { type Guard, POSITIVE_WASI } from "../core/guard.ts";
import { type AddressBits, type GuestMemory, type GuestPtr, guestPtr, type WasmPtr } from "../core/memory.ts";
import type { GuestSignals } from "../core/signals.ts";
import { FileDescriptors } from "./descriptors.ts";
import type { RefusedPaths } from "./refused_paths.ts";

/** The parts of a guest's state that WASI uses. */
export interface WasiGuest {
  /** @throws {MemoryFault} before the guest is linked. */
  readonly memory: GuestMemory;
  /** The width of its pointers and sizes. */
  readonly addressBits: AddressBits;
  readonly descriptors: DescriptorTable;
  readonly cancellation: Cancellation;
  readonly guard: Guard;
  readonly signals: GuestSignals;
}

/** One guest's state for its WASI functions. */
export class WasiContext {
  readonly files: Files;
  readonly clocks: Clocks;
  readonly descriptors: FileDescriptors;
  readonly cancellation: Cancellation;
  readonly guard: Guard;
  readonly signals: GuestSignals;
  /** Searches the guest's stderr for refused paths; undefined if no report was requested. */
  readonly refusedPaths: RefusedPaths | undefined;
  /** The permissions of the file or directory that the next call makes. */
  newFileMode: number | undefined;
  /** The width of the guest's pointers and sizes. */
  readonly addressBits: AddressBits;
  readonly #guest: WasiGuest;

  constructor(guest: WasiGuest, files: Files, options: { refusedPaths: RefusedPaths | undefined }) {
    this.#guest = guest;
    this.addressBits = guest.addressBits;
    this.files = files;
    this.clocks = new Clocks(files.calls);
    this.descriptors = new FileDescriptors(guest.descriptors, files);
    this.cancellation = guest.cancellation;
    this.guard = guest.guard;
    this.signals = guest.signals;
    this.refusedPaths = options.refusedPaths;
  }

  /** @throws {MemoryFault} while a start function runs, since the memory is known only after linking. */
  get memory(): GuestMemory {
    return this.#guest.memory;
  }

  /** The address of the copy of the vDSO in the guest's memory, after the guest has read its mappings; see `own_maps.ts`. */
  vdsoCopy: GuestPtr | undefined;

  /** The permissions for a new file or directory that the guest set for this call. */
  takeNewFileMode(): number | undefined {
    const mode = this.newFileMode;
    this.newFileMode = undefined;
    return mode;
  }

  /** Converts a parameter that is a pointer. @throws {MemoryFault} for an address that no memory has. */
  ptr(value: WasmPtr): GuestPtr {
    return guestPtr(value, this.addressBits);
  }

  /** Converts a pointer to a result of pointer width, and checks that the result fits there. @throws {MemoryFault} */
  sizeResult(value: WasmPtr): GuestPtr {
    const at = this.ptr(value);
    this.memory.check(at, this.memory.pointerBytes);
    return at;
  }
}

/**
 * An import function. It takes i32 as numbers and i64 as BigInts, and returns a WASI errno. The type is that of a method, so that each
 * function can declare its own parameters. WebAssembly checks them at linking.
 */
export type WasiFunction = { run(...args: readonly (number | bigint)[]): number }["run"];

/** An import function that may return nothing for success, and throw a refusal. */
type PlainFunction = { run(...args: readonly (number | bigint)[]): number | void }["run"];

/** The functions of one activity, by their name in the import module. */
export type WasiFunctions = Record<string, WasiFunction>;

/** Guards each function of a table. @param options.syncs see {@link Guard}; false by default. */
export function guardAll(
  context: WasiContext,
  table: Record<string, PlainFunction>,
  options: { syncs?: boolean } = {},
): WasiFunctions {
  const guardOptions = { errors: POSITIVE_WASI, syncs: options.syncs ?? false };
  return Object.fromEntries(
    Object.entries(table).map(([name, run]) => [name, context.guard.wrap(run, guardOptions)]),
  );
}
