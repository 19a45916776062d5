/**
 * Several policies together: that of the caller, one that narrows it, that of the module.
 *
 * @module
 */

import type { Policy } from "../requests.ts";
import { decide } from "./decide.ts";
import type { GuestPolicy, PolicyLimits } from "./guest_policy.ts";

/** A policy that must allow a request, beside others. */
export interface PolicyLayer {
  readonly policy: GuestPolicy;
  /** The words for it in refusals, if options cannot widen it: "--read-only". */
  readonly name?: string;
}

/** The rules of several policies: each must allow a request. */
export function policyRules(layers: readonly PolicyLayer[]): Policy {
  return {
    refusal: (request) => {
      for (const { policy, name } of layers) {
        const refusal = decide(policy, request);
        if (refusal === undefined) continue;
        return name === undefined ? refusal : { reason: `${refusal.reason}, which ${name} excludes` };
      }
      return undefined;
    },
  };
}

/** The limits of several policies together: the smallest of each. */
export function limitsOf(layers: readonly PolicyLayer[]): PolicyLimits {
  const least = (key: keyof PolicyLimits): number | undefined => {
    const given = layers.flatMap(({ policy }) => policy.limits[key] ?? []);
    return given.length === 0 ? undefined : Math.min(...given);
  };
  return {
    objects: least("objects"),
    programs: least("programs"),
    links: least("links"),
    buffers: least("buffers"),
    maps: least("maps"),
    mapBytes: least("mapBytes"),
  };
}
