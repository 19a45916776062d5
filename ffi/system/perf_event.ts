/**
 * Perf events.
 *
 * @module
 */

import { PERF_FLAG_FD_CLOEXEC } from "./linux_numbers.ts";
import { LAYOUT } from "./struct_layouts.ts";
import { NUMBER } from "./symbols/system_calls.ts";
import type { SystemCalls } from "./system_calls.ts";

/** The attributes of a perf event. Absent fields are 0. */
export interface PerfEvent {
  /** `enum perf_type_id` */
  readonly type: number;
  /** The event, by type: `enum perf_hw_id` or `enum perf_sw_ids`. */
  readonly config: number;
  /** A period, or a frequency in Hz with {@link PERF_FLAG.FREQ}. */
  readonly samplePeriod: number;
  /** `enum perf_event_sample_format` */
  readonly sampleType?: number;
  /** {@link PERF_FLAG} */
  readonly flags?: number;
  /** The number of records that wake a waiting process. */
  readonly wakeupEvents?: number;
}

/** Bits of the flags in `struct perf_event_attr`. */
export const PERF_FLAG = { FREQ: 1 << 10 } as const;

/** The bit of those flags with which an event sends SIGTRAP to the observed process, which may be this one. */
export const PERF_SIGTRAP = 1n << 37n;

const ANY_PROCESS = -1;
const NO_GROUP = -1;

/** Opens `event` on `cpu`, for all processes. @returns a descriptor or a negative errno. */
export function openPerfEvent(calls: SystemCalls, event: PerfEvent, cpu: number): number {
  const { symbols } = calls;
  return calls.result(
    symbols.perf_event_open(
      NUMBER.perf_event_open,
      attributesOf(event),
      ANY_PROCESS,
      cpu,
      NO_GROUP,
      PERF_FLAG_FD_CLOEXEC,
    ),
  );
}

/** The place of an event that a guest opens, as perf_event_open(2) takes it. */
export interface PerfEventPlace {
  readonly pid: number;
  readonly cpu: number;
  readonly group: number;
  readonly flags: number;
}

/** Opens an event with the attributes of a guest, a checked `struct perf_event_attr`. @returns a descriptor or a negative errno. */
export function openGuestPerfEvent(
  calls: SystemCalls,
  attributes: Uint8Array<ArrayBuffer>,
  { pid, cpu, group, flags }: PerfEventPlace,
): number {
  return calls.result(
    calls.symbols.perf_event_open(NUMBER.perf_event_open, attributes, pid, cpu, group, flags),
  );
}

/** Makes a request of `PERF_IOC` without an argument. @returns 0 or a negative errno. */
export function controlPerfEvent(calls: SystemCalls, fd: number, request: number): number {
  return calls.result(calls.symbols.ioctl(NUMBER.ioctl, fd, request, null));
}

/** The first version of `struct perf_event_attr`. */
function attributesOf(event: PerfEvent): Uint8Array<ArrayBuffer> {
  const at = LAYOUT.perf_event_attr;
  const view = new DataView(new ArrayBuffer(at.size));
  view.setUint32(at.type, event.type, true);
  view.setUint32(at.size_field, at.size, true);
  view.setBigUint64(at.config, BigInt(event.config), true);
  view.setBigUint64(at.sample_period, BigInt(event.samplePeriod), true);
  view.setBigUint64(at.sample_type, BigInt(event.sampleType ?? 0), true);
  view.setBigUint64(at.flags, BigInt(event.flags ?? 0), true);
  view.setUint32(at.wakeup_events, event.wakeupEvents ?? 0, true);
  return new Uint8Array(view.buffer);
}
