/**
 * Parses durations: 500ms, 5s, 1m30s, 2h.
 *
 * @module
 */

import { LONGEST_TIMEOUT_MS } from "../host/time_limit.ts";
import type { Refuse } from "./options.ts";

const UNITS_MS = [3_600_000, 60_000, 1000, 1] as const;

/** The duration in milliseconds, from 1 ms to 49 days. */
export function parseDuration(text: string, refuse: Refuse): number {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/.exec(text)?.slice(1) ?? [];
  const ms = parts.reduce((sum, digits = "0", index) => sum + Number(digits) * (UNITS_MS[index] ?? 0), 0);
  return ms >= 1 && ms <= LONGEST_TIMEOUT_MS ? ms : refuse(`"${text}" is not a duration (500ms, 5s, 1m30s)`);
}
