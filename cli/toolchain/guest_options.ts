/**
 * Options that several commands for guests have.
 *
 * @module
 */

import { type Need, parseNeed } from "../../wasm/needs.ts";
import { anyText, flag, list, type Refuse, single } from "../options.ts";
import { GUEST_TARGETS, type GuestTarget } from "./sdk.ts";

/** The value of `--needs`. */
function parseNeedOption(text: string, refuse: Refuse): Need {
  try {
    return parseNeed(text);
  } catch (error) {
    if (error instanceof RangeError) return refuse(error.message);
    throw error;
  }
}

/** The value of `--target`. */
function parseTarget(text: string, refuse: Refuse): GuestTarget {
  return GUEST_TARGETS.find((target) => target === text) ??
    refuse(`"${text}" is neither ${GUEST_TARGETS.join(" nor ")}`);
}

const DEFAULT_TARGET: GuestTarget = "wasm64";

/** The options. */
export const GUEST_OPTIONS = {
  needs: list({
    value: "PATH[:ro|:rw]",
    parse: parseNeedOption,
    help: "records in the module that it needs this file or directory of the host; may be repeated",
  }),
  policy: single({
    value: "FILE",
    parse: anyText,
    help: "records in the module that its programs may do no more than this policy allows",
  }),
  target: single({
    value: "TARGET",
    parse: parseTarget,
    default: DEFAULT_TARGET,
    help: "wasm64, or wasm32 for hosts of ABI version 1",
  }),
  verbose: flag({ letter: "v", help: "shows the commands" }),
};
