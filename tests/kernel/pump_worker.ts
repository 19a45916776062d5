/**
 * A producer on a separate thread. It emits one record at a time, with a pause a little longer than the delivery of a record. Its
 * name has its parameters as JSON.
 *
 * @module
 */

import { Runner } from "./pump_events.ts";

/** The parameters: emit `count` records, one by one, with the program `fd`. */
export interface Order {
  fd: number;
  /** The path of the library. */
  path: string;
  count: number;
  /** Every n-th record is discarded. */
  discard?: number;
}

const { fd, path, count, discard = 0 }: Order = JSON.parse(self.name);
using runner = new Runner(path);
for (let first = 0; first < count; first++) {
  runner.emit(fd, { count: 1, first, discard });
  // The pause is up to 40 us, so that records come before, during and after the moment when the consumer falls asleep.
  const until = performance.now() + (first % 40) / 1000;
  while (performance.now() < until);
}
