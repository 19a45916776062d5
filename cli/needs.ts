/**
 * The files and directories that a module needs, compared with those that it was given.
 *
 * @module
 */

import { FormatError } from "../errors/mod.ts";
import { contains, type Preopen } from "../host/wasi/preopens.ts";
import { type Need, NEEDS_SECTION, needText, readNeeds } from "../wasm/needs.ts";

/** The needs of a module, and what the person who runs it gives. */
export interface NeedsRequest {
  /** The module's path as typed. */
  readonly module: string;
  readonly bytes: Uint8Array;
  /** The files and directories that `--dir` gives. */
  readonly given: readonly Preopen[];
  /** True when `--grant-needs` gives those that the module records. */
  readonly grant: boolean;
  /** True if the host has a file at `path`. */
  exists(path: string): boolean;
}

/** The directories for the guest, or the message for needs that were not granted. */
export type NeedsResult = { readonly preopens: readonly Preopen[] } | { readonly problem: string };

/**
 * Compares. A need that the host lacks cannot be given: the guest finds no such file, as a native program would.
 */
export function resolveNeeds({ module, bytes, given, grant, exists }: NeedsRequest): NeedsResult {
  const needs = needsOf(bytes);
  if (needs instanceof FormatError) {
    return { problem: `Cannot run "${module}": its record of needs is damaged: ${needs.problem}` };
  }
  const missing = needs.filter((need) => !given.some((one) => satisfies(one, need)) && exists(need.path));
  if (missing.length === 0) return { preopens: given };
  if (grant) return { preopens: [...given, ...missing.map(preopenOf)] };
  const names = missing.map(({ path, readOnly }) => readOnly ? path : `${path} for writing`).join(", ");
  const flags = missing.map((need) => `--dir ${preopenText(need)}`).join(" ");
  return { problem: `Cannot run "${module}": it needs ${names} (hint: ${flags}, or --grant-needs)` };
}

function needsOf(bytes: Uint8Array): Need[] | FormatError {
  try {
    return readNeeds(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    // The engine gives the reason for other damage.
    return error.format === NEEDS_SECTION ? error : [];
  }
}

function satisfies(preopen: Preopen, { path, readOnly }: Need): boolean {
  return contains(preopen, path) && (readOnly || !preopen.readOnly);
}

/** A path that is given has the same name for the guest. */
function preopenOf({ path, readOnly }: Need): Preopen {
  return { hostPath: path, guestPath: path, readOnly };
}

function preopenText(need: Need): string {
  return need.readOnly ? needText(need) : need.path;
}
