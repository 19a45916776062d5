/**
 * Parses sizes of memory: 16MiB, 1GiB, unlimited.
 *
 * @module
 */

import type { Refuse } from "./options.ts";

const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 1 << 10, MiB: 1 << 20, GiB: 1 << 30, TiB: 2 ** 40 };

/** The default limit of a guest's memory. */
export const DEFAULT_MEMORY = { default: 1 << 30, shownDefault: "1GiB" } as const;

/** More memory than any machine has, and still exact as a number. */
const MOST_BYTES = 2 ** 50;

/** The size in bytes, up to 1024 TiB; undefined for no limit. */
export function parseMemorySize(text: string, refuse: Refuse): number | undefined {
  if (text === "unlimited") return undefined;
  const [, digits = "", unit = "B"] = /^(\d+)(B|KiB|MiB|GiB|TiB)?$/.exec(text) ?? [];
  const bytes = digits === "" ? 0 : Number(digits) * (UNITS[unit] ?? 0);
  return bytes > 0 && bytes <= MOST_BYTES ? bytes : refuse(`"${text}" is not a size (16MiB, 1GiB, unlimited)`);
}
