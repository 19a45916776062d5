/**
 * The attach types by the kind of their targets. The rules for descriptors and the policy read the same tables, so that both see one place.
 *
 * @module
 */

import { AttachType } from "../../ffi/mod.ts";

const ON_INTERFACE: ReadonlySet<number> = new Set([
  AttachType.XDP,
  AttachType.TCX_INGRESS,
  AttachType.TCX_EGRESS,
  AttachType.NETKIT_PRIMARY,
  AttachType.NETKIT_PEER,
]);

const ON_MAP: ReadonlySet<number> = new Set([
  AttachType.SK_SKB_STREAM_PARSER,
  AttachType.SK_SKB_STREAM_VERDICT,
  AttachType.SK_SKB_VERDICT,
  AttachType.SK_MSG_VERDICT,
]);

/** True if the target of an attach type is the index of an interface. */
export function isOnInterface(type: number): boolean {
  return ON_INTERFACE.has(type);
}

/** True if the target of an attach type is the descriptor of a map of sockets. */
export function isOnMap(type: number): boolean {
  return ON_MAP.has(type);
}
