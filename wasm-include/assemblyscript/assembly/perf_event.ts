// SPDX-License-Identifier: MIT

import { checked } from "./errors";

@external("wasm_bpf_sys", "perf_event_open")
declare function perf_event_open(attributes: usize, pid: i32, cpu: i32, group: i32, flags: i64): i32;

/** `struct perf_event_attr`. The host takes the size of the kernel's own struct for a size of 0. */
const attributes = memory.data(256);
/** The bit of `freq`: the period is a frequency. */
const FREQUENCY: u64 = 1 << 10;

/**
 * Opens a perf event, for `attachPerfEvent()`. Type 1 with config 0 is the clock of a CPU, type 0 with config 0 its cycles.
 *
 * @param frequencyHz the number of times in a second that the event happens at most.
 * @param pid one process; -1 for all.
 * @returns a descriptor, which the link takes.
 */
export function openPerfEvent(type: u32, config: u64, frequencyHz: u64, cpu: i32, pid: i32 = -1): i32 {
  memory.fill(attributes, 0, 256);
  store<u32>(attributes, type);
  store<u64>(attributes, config, 8);
  store<u64>(attributes, frequencyHz, 16);
  store<u64>(attributes, FREQUENCY, 40);
  return checked("open a perf event", perf_event_open(attributes, pid, cpu, -1, 0));
}
