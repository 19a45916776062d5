/**
 * A producer on a thread of its own: emits one record at a time, each a little later than it takes to deliver the one before.
 * Its orders are its name, as JSON.
 *
 * @module
 */

import { Runner } from "./pump_events.ts";

/** What to emit: `count` records, one by one, by the program `fd`. */
export interface Order {
  fd: number;
  /** Of the library. */
  path: string;
  count: number;
  /** Every n-th record is discarded. */
  discard?: number;
}

const { fd, path, count, discard = 0 }: Order = JSON.parse(self.name);
using runner = new Runner(path);
for (let first = 0; first < count; first++) {
  runner.emit(fd, { count: 1, first, discard });
  // Up to 40 us, so that records come before, during and after the consumer's way into its sleep.
  const until = performance.now() + (first % 40) / 1000;
  while (performance.now() < until);
}
