/**
 * The calls and effects of a program, and the options that allow them, for `wasm-bpf inspect`.
 *
 * @module
 */

import { causedEffects } from "../host/core/policy/effects.ts";
import { effectText, optionFor } from "../host/core/policy/refusal_text.ts";
import { helperName } from "../object/helpers.ts";
import type { MapUses, ProgramUses } from "../object/uses/uses.ts";

/** The calls and effects of a program. */
export interface ProgramUsesReport {
  /** The names of the helpers that it and its functions call. */
  helpers: string[];
  kfuncs: string[];
  /** Its effects on the machine, each with the least option that allows it; empty for a program that only observes. */
  effects: { effect: string; option: string }[];
}

/** Describes a program. @param maps all maps of its object. */
export function programUsesReport(program: ProgramUses, maps: readonly MapUses[]): ProgramUsesReport {
  return {
    helpers: program.helpers.map(helperName),
    kfuncs: [...program.kfuncs],
    effects: causedEffects(program).map((caused) => ({
      effect: effectText(caused),
      option: optionFor(caused, program, maps),
    })),
  };
}
