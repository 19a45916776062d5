/**
 * Parses sizes of memory: 16MiB, 1GiB, unlimited.
 *
 * @module
 */

import type { Refuse } from "./options.ts";

const UNITS: Readonly<Record<string, number>> = { B: 1, KiB: 1 << 10, MiB: 1 << 20, GiB: 1 << 30, TiB: 2 ** 40 };

/** The default limit of a guest's memory. */
export const DEFAULT_MEMORY = { default: 256 << 20, shownDefault: "256MiB" } as const;

/** More memory than any machine has, and still exact as a number. */
const MOST_BYTES = 2 ** 50;

/** With less, the engine itself may lack memory at any time, and then ends the process in its own way. */
const LEAST_BYTES = 16 << 20;

/** The size in bytes, from 16 MiB to 1024 TiB; undefined for no limit. */
export function parseMemorySize(text: string, refuse: Refuse): number | undefined {
  if (text === "unlimited") return undefined;
  const bytes = bytesOf(text);
  if (bytes !== undefined && bytes < LEAST_BYTES) refuse(`"${text}" is less than 16MiB, which the engine needs`);
  return bytes ?? refuse(`"${text}" is not a size (16MiB, 1GiB, unlimited)`);
}

/** A page, the kernel's least. */
const LEAST_BUFFER_BYTES = 4096;
/** The largest buffer that the pump can map. */
export const MOST_BUFFER_BYTES = 1 << 30;

/** Parses `[MAP=]SIZE`. @returns the name of the map, "" without one, and the bytes of its buffer. */
export function parseBufferSize(text: string, refuse: Refuse): [map: string, bytes: number] {
  const equals = text.lastIndexOf("=");
  const bytes = bytesOf(text.slice(equals + 1)) ?? 0;
  const isFit = bytes >= LEAST_BUFFER_BYTES && bytes <= MOST_BUFFER_BYTES && Number.isInteger(Math.log2(bytes));
  if (!isFit || equals === 0) refuse(`"${text}" is not [MAP=]SIZE with a power of two from 4KiB to 1GiB`);
  return [text.slice(0, Math.max(equals, 0)), bytes];
}

/** The size as its option takes it: "256KiB". */
export function sizeText(bytes: number): string {
  const unit = ["GiB", "MiB", "KiB"].find((unit) => bytes % (UNITS[unit] ?? 1) === 0) ?? "B";
  return `${bytes / (UNITS[unit] ?? 1)}${unit}`;
}

function bytesOf(text: string): number | undefined {
  const [, digits = "", unit = "B"] = /^(\d+)(B|KiB|MiB|GiB|TiB)?$/.exec(text) ?? [];
  const bytes = digits === "" ? 0 : Number(digits) * (UNITS[unit] ?? 0);
  return bytes > 0 && bytes <= MOST_BYTES ? bytes : undefined;
}
