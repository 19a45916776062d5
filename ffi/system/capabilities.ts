/**
 * The capabilities of this process.
 *
 * @module
 */

import { CAPABILITY, CAPABILITY_VERSION } from "./linux_numbers.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

/** The name of a capability. */
export type Capability = keyof typeof CAPABILITY;

/** The capabilities of a set that matter for eBPF. */
export function capabilitiesIn(set: bigint): Capability[] {
  return Object.keys(CAPABILITY).filter(isCapability).filter((name) => (set >> CAPABILITY[name] & 1n) === 1n);
}

function isCapability(name: string): name is Capability {
  return Object.hasOwn(CAPABILITY, name);
}

/** The effective capabilities of this process, as a bit set. */
export function effectiveCapabilities(calls: SystemCalls): bigint {
  const ownProcess = 0;
  const header = new Uint32Array([CAPABILITY_VERSION, ownProcess]);
  // Two times effective, permitted, inheritable: the lower 32 bits, then the higher ones.
  const data = new Uint32Array(6);
  calls.result(calls.symbols.capget(NUMBER.capget, header, data));
  return BigInt(data[0] ?? 0) | (BigInt(data[3] ?? 0) << 32n);
}
