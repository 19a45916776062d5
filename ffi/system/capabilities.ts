/**
 * The capabilities of this process.
 *
 * @module
 */

import { NUMBER, type SystemCalls } from "./system_calls.ts";

/** Bits of a capability set (`linux/capability.h`). */
export const CAPABILITY = {
  CAP_DAC_READ_SEARCH: 2n,
  CAP_NET_ADMIN: 12n,
  CAP_NET_RAW: 13n,
  CAP_SYS_ADMIN: 21n,
  CAP_PERFMON: 38n,
  CAP_BPF: 39n,
} as const;

/** The name of a capability. */
export type Capability = keyof typeof CAPABILITY;

/** `_LINUX_CAPABILITY_VERSION_3`: sets of 64 bits. */
const VERSION_3 = 0x20080522;

/** The effective capabilities of this process, as a bit set. */
export function effectiveCapabilities(calls: SystemCalls): bigint {
  const ownProcess = 0;
  const header = new Uint32Array([VERSION_3, ownProcess]);
  // Two times effective, permitted, inheritable: the lower 32 bits, then the higher ones.
  const data = new Uint32Array(6);
  calls.result(calls.symbols.capget(NUMBER.capget, header, data));
  return BigInt(data[0] ?? 0) | (BigInt(data[3] ?? 0) << 32n);
}
