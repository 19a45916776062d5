/**
 * Messages about events that were lost, and about the buffers of a run.
 *
 * @module
 */

import type { BufferReport } from "../host/mod.ts";
import { MOST_BUFFER_BYTES, sizeText } from "./memory_size.ts";

/** The factor by which a message proposes to enlarge a buffer that was too small. */
const GROWTH = 4;

/** "Lost 12 events (ring buffer events, 256KiB: try --buffer-size 1MiB)". */
export function lossLine(count: number, { map, kind, sizeBytes }: BufferReport): string {
  const larger = Math.min(sizeBytes * GROWTH, MOST_BUFFER_BYTES);
  const size = `${sizeText(sizeBytes)}${kind === "perf" ? " for each CPU" : ""}`;
  return `Lost ${events(count)} (${kind} buffer ${map}, ${size}: try --buffer-size ${sizeText(larger)})`;
}

/** "Buffer events (ring): at most 45% of 256KiB used, 0 events lost". */
export function bufferLine({ map, kind, sizeBytes, highWaterBytes, lost }: BufferReport): string {
  const level = `at most ${Math.ceil(100 * highWaterBytes / sizeBytes)}% of ${sizeText(sizeBytes)} used`;
  const losses = lost === undefined ? "its programs do not count lost events" : `${events(lost)} lost`;
  return `Buffer ${map} (${kind}): ${level}, ${losses}`;
}

/** "12 events". */
export function events(count: number): string {
  return `${count} event${count === 1 ? "" : "s"}`;
}
