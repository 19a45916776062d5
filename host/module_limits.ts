/**
 * Modules that are refused although they are valid: the engine gives them more than a guest needs, and no way to bound it.
 *
 * @module
 */

import { GuestError } from "../errors.ts";
import type { Declarations } from "../wasm/declarations.ts";

/** A guest uses one memory. Thousands fill the address space, and a memory has to move when it finds no room to grow. */
const MAX_MEMORIES = 1;
/** Compilers make one table, some a second. */
const MAX_TABLES = 8;
/** Far more functions than any compiler puts into a table. A function takes 62 bytes there (Deno 2.6.10). */
export const MAX_TABLE_ENTRIES = 1_000_000;
/** What an exception carries is kept in the engine's heap for as long as the stack refers to it. Compilers pass one value. */
const MAX_TAG_PARAMETERS = 16;

/** Whether a table could grow beyond what a guest may have. */
export function hasUnboundedTable({ tables }: Declarations): boolean {
  return tables.some(({ maximum = Infinity }) => maximum > MAX_TABLE_ENTRIES);
}

/** What a module is allowed on request. */
export interface ModulePermissions {
  /** Objects of the engine's garbage collector. Their number has no bound but the memory of the process. */
  readonly allowGc: boolean;
}

/**
 * Checks what a module declares.
 *
 * @param name for the message: the path as typed.
 * @throws {GuestError} "invalid-module" when it asks for too much.
 */
export function checkModule(declared: Declarations, name: string, permissions: ModulePermissions): void {
  const problem = excessOf(declared) ?? (permissions.allowGc ? undefined : unboundedHeapOf(declared));
  if (problem !== undefined) throw new GuestError("invalid-module", `Cannot run "${name}": ${problem}`);
}

function excessOf({ memories, tables, tags }: Declarations): string | undefined {
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
 * What would let a guest fill the engine's heap with objects, each of which keeps another alive: structs, arrays, and
 * exceptions that hold exceptions. Exceptions that the stack alone holds are bounded by its depth.
 */
function unboundedHeapOf({ types, tables, tags }: Declarations): string | undefined {
  const found = types.collected ??
    tables.find(({ type }) => HOLDS_EXCEPTIONS.test(type))?.type ??
    tags.find(({ parameters }) => parameters.some((type) => HOLDS_EXCEPTIONS.test(type)))?.text;
  if (found === undefined) return undefined;
  return `it uses the engine's garbage collector (${found}) (hint: --allow-gc lets it)`;
}
