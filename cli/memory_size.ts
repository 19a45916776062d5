/**
 * Sizes of memory as people write them: 16MiB, 1GiB, unlimited.
 *
 * @module
 */

import { UsageError } from "./exit.ts";

const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 1 << 10, MiB: 1 << 20, GiB: 1 << 30, TiB: 2 ** 40 };

/** The memory that a guest gets when nothing else is said. */
export const DEFAULT_MEMORY = "1GiB";

/** The bytes of a size; undefined for no limit. @throws {UsageError} when it is none, or more than 1024 TiB. */
export function parseMemorySize(text: string): number | undefined {
  if (text === "unlimited") return undefined;
  const [, digits = "", unit = "B"] = /^(\d+)(B|KiB|MiB|GiB|TiB)?$/.exec(text) ?? [];
  const bytes = digits === "" ? 0 : Number(digits) * (UNITS[unit] ?? 0);
  if (bytes === 0 || bytes > MOST_BYTES) {
    throw new UsageError(`Cannot run: --memory "${text}" is no size (16MiB, 1GiB, unlimited)`);
  }
  return bytes;
}

/** More than a machine has, and exact as a number. */
const MOST_BYTES = 2 ** 50;
