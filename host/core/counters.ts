/**
 * Counts of one guest.
 *
 * @module
 */

import type { RequestKind } from "./requests.ts";

/** Counts of one guest. Map calls that do not enter JavaScript are not counted, because that would slow them down. */
export class Counters {
  /** The requests that the policy allowed, by kind. libbpf or the kernel may have refused them. */
  readonly allowed: Record<RequestKind, number> = {
    open: 0,
    load: 0,
    pin: 0,
    attach: 0,
    struct_ops: 0,
    map: 0,
    element: 0,
    buffer: 0,
    share: 0,
    call: 0,
    query: 0,
    perf_event: 0,
    socket: 0,
  };
  /** The requests that the policy refused. */
  refused = 0;
  /** The events that the guest got, without those of polls that its callback ended. */
  delivered = 0;
  /** The events that the kernel dropped because a buffer was full. */
  lost = 0;
}
