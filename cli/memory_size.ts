/**
 * Parses sizes of memory: 16MiB, 1GiB, unlimited.
 *
 * @module
 */

import { UsageError } from "./exit.ts";

const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 1 << 10, MiB: 1 << 20, GiB: 1 << 30, TiB: 2 ** 40 };

/** The default memory limit of a guest. */
export const DEFAULT_MEMORY = "1GiB";

/** The size in bytes; undefined for no limit. @throws {UsageError} when it is not a size, or is more than 1024 TiB. */
export function parseMemorySize(text: string): number | undefined {
  if (text === "unlimited") return undefined;
  const [, digits = "", unit = "B"] = /^(\d+)(B|KiB|MiB|GiB|TiB)?$/.exec(text) ?? [];
  const bytes = digits === "" ? 0 : Number(digits) * (UNITS[unit] ?? 0);
  if (bytes === 0 || bytes > MOST_BYTES) {
    throw new UsageError(`Cannot run: --memory "${text}" is no size (16MiB, 1GiB, unlimited)`);
  }
  return bytes;
}

/** More memory than any machine has, and still exact as a number. */
const MOST_BYTES = 2 ** 50;
