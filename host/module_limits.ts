/**
 * Limits of valid modules on engine resources that cannot be limited while the guest runs.
 *
 * @module
 */

import { GuestError } from "../errors/mod.ts";
import type { Declarations } from "../wasm/declarations.ts";

/** Guests use one memory. Thousands would fill the address space, so that memories must move when they grow. */
const MAX_MEMORIES = 1;
/** Compilers create one table, some a second one. */
const MAX_TABLES = 8;
/** A large Go program has 10,000 functions. The engine keeps about 100 bytes for each (V8 14.5). */
const MAX_FUNCTIONS = 200_000;
/** Far more functions than compilers put into a table. An entry takes 62 bytes (Deno 2.6.10). */
export const MAX_TABLE_ENTRIES = 1_000_000;
/** The engine's heap holds the values of an exception as long as the stack refers to it. Compilers pass one value. */
const MAX_TAG_PARAMETERS = 16;

/** True when a table could grow beyond {@link MAX_TABLE_ENTRIES}. */
export function hasUnboundedTable({ tables }: Declarations): boolean {
  return tables.some(({ maximum = Infinity }) => maximum > MAX_TABLE_ENTRIES);
}

/** Permissions that the caller can give a module. */
export interface ModulePermissions {
  /** Allows objects in the engine's garbage-collected heap. Only the memory of the process limits their number. */
  readonly allowGc: boolean;
  /** The size in bytes up to which the guest's memory can grow; by default the maximum that the module declares. */
  readonly maxMemoryBytes?: number | undefined;
}

/**
 * Checks the declarations of a module.
 *
 * @param name for the message: the path as typed.
 * @throws {GuestError} "invalid-module" when it exceeds a limit.
 */
export function checkModule(declared: Declarations, name: string, permissions: ModulePermissions): void {
  const problem = excessOf(declared) ?? (permissions.allowGc ? undefined : unboundedHeapOf(declared));
  if (problem !== undefined) throw new GuestError("invalid-module", `Cannot run "${name}": ${problem}`);
}

function excessOf({ memories, tables, tags, functionCount }: Declarations): string | undefined {
  if (functionCount > MAX_FUNCTIONS) {
    return `it has ${functionCount} functions, and a guest may have ${MAX_FUNCTIONS}`;
  }
  if (memories.length > MAX_MEMORIES) return `it has ${memories.length} memories, and a guest may have one`;
  if (tables.length > MAX_TABLES) return `it has ${tables.length} tables, and a guest may have ${MAX_TABLES}`;
  const large = tables.find(({ minimum }) => minimum > MAX_TABLE_ENTRIES);
  if (large !== undefined) {
    return `it has a table of ${large.minimum} entries, and a guest may have ${MAX_TABLE_ENTRIES}`;
  }
  const wide = tags.find(({ parameters }) => parameters.length > MAX_TAG_PARAMETERS);
  if (wide !== undefined) {
    return `its exceptions carry ${wide.parameters.length} values, and a guest's may carry ${MAX_TAG_PARAMETERS}`;
  }
  return undefined;
}

const HOLDS_EXCEPTIONS = /exn/;

/**
 * Finds a type with which a guest could fill the engine's heap with a chain of objects: structs, arrays, and exceptions that hold
 * exceptions. Other exceptions are held only by the stack, whose depth limits them.
 */
function unboundedHeapOf({ types, tables, tags }: Declarations): string | undefined {
  const found = types.collected ??
    tables.find(({ type }) => HOLDS_EXCEPTIONS.test(type))?.type ??
    tags.find(({ parameters }) => parameters.some((type) => HOLDS_EXCEPTIONS.test(type)))?.text;
  if (found === undefined) return undefined;
  return `it uses the engine's garbage collector (${found}) (hint: --allow-gc permits that)`;
}
