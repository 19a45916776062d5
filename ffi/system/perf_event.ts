/**
 * Perf events.
 *
 * @module
 */

import { NUMBER, type SystemCalls } from "./system_calls.ts";

/** What {@link openPerfEvent} opens. Fields that are absent are 0. */
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

/** `enum perf_type_id` of linux/perf_event.h. */
export const PERF_TYPE = { HARDWARE: 0, SOFTWARE: 1 } as const;

/** Bits of the flags in `struct perf_event_attr`. */
export const PERF_FLAG = { FREQ: 1 << 10 } as const;

/** `PERF_ATTR_SIZE_VER0`: the size of the first version of the struct. */
const ATTRIBUTES_BYTES = 64;
const PERF_FLAG_FD_CLOEXEC = 8;
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

/**
 * `struct perf_event_attr` (`linux/perf_event.h`), its first version:
 *
 * | offset | size | field         |
 * |--------|------|---------------|
 * | 0      | 4    | type          |
 * | 4      | 4    | size          |
 * | 8      | 8    | config        |
 * | 16     | 8    | sample_period |
 * | 24     | 8    | sample_type   |
 * | 40     | 8    | flags (bits)  |
 * | 48     | 4    | wakeup_events |
 */
export function attributesOf(event: PerfEvent): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(ATTRIBUTES_BYTES));
  view.setUint32(0, event.type, true);
  view.setUint32(4, ATTRIBUTES_BYTES, true);
  view.setBigUint64(8, BigInt(event.config), true);
  view.setBigUint64(16, BigInt(event.samplePeriod), true);
  view.setBigUint64(24, BigInt(event.sampleType ?? 0), true);
  view.setBigUint64(40, BigInt(event.flags ?? 0), true);
  view.setUint32(48, event.wakeupEvents ?? 0, true);
  return new Uint8Array(view.buffer);
}
