/**
 * Options that several commands for guests have.
 *
 * @module
 */

import { type Need, parseNeed } from "../../wasm/needs.ts";
import type { Refuse } from "../options.ts";
import { GUEST_TARGETS, type GuestTarget } from "./sdk.ts";

export const DEFAULT_TARGET: GuestTarget = "wasm64";

/** The value of `--needs`. */
export function parseNeedOption(text: string, refuse: Refuse): Need {
  try {
    return parseNeed(text);
  } catch (error) {
    if (error instanceof RangeError) return refuse(error.message);
    throw error;
  }
}

/** The value of `--target`. */
export function parseTarget(text: string, refuse: Refuse): GuestTarget {
  return GUEST_TARGETS.find((target) => target === text) ??
    refuse(`"${text}" is neither ${GUEST_TARGETS.join(" nor ")}`);
}
