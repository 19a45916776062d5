/**
 * The events that the kernel dropped because a buffer was full, for all buffers of one guest.
 *
 * @module
 */

import type { Cancellation } from "./cancellation.ts";
import type { Counters } from "./counters.ts";
import type { BufferLevels } from "./event_buffers.ts";

/**
 * The figures of one buffer of events.
 *
 * @example
 * ```ts
 * import type { BufferReport } from "@wasm-bpf/wasm-bpf";
 *
 * const describe = ({ map, highWaterBytes, sizeBytes }: BufferReport) => `${map}: ${100 * highWaterBytes / sizeBytes}% used`;
 * const events = { map: "events", kind: "ring", sizeBytes: 4096, highWaterBytes: 1024, lost: 0 } as const;
 * if (describe(events) !== "events: 25% used") throw new Error(describe(events));
 * ```
 */
export interface BufferReport {
  /** The name of its map. */
  readonly map: string;
  /** One ring, or a perf buffer for each CPU. */
  readonly kind: "ring" | "perf";
  /** Bytes of data: those of the ring, or of each CPU's perf buffer. */
  readonly sizeBytes: number;
  /** The most bytes that were in the ring, or in one perf buffer, when a poll began. */
  readonly highWaterBytes: number;
  /** The number of lost events; undefined for a ring whose programs do not count them (see `wasm_bpf/ringbuf.bpf.h`). */
  readonly lost: number | undefined;
}

/** A buffer as this module reads it. */
export interface LossSource {
  readonly map: string;
  readonly kind: BufferReport["kind"];
  readonly levels: BufferLevels;
  /** Reads the number of lost events; see {@link BufferReport.lost}. */
  readLost(): number | undefined;
  /** True if the guest has a callback that gets the counts. They are then not reported to the user too. */
  readonly reportsToGuest: boolean;
}

/** Options of {@link EventLosses}. */
export interface EventLossesOptions {
  readonly counters: Counters;
  readonly cancellation: Cancellation;
  /** Gets the losses of a buffer since its last report. */
  readonly report: (count: number, buffer: BufferReport) => void;
  /** Ends the guest at the first loss. */
  readonly failOnLoss: boolean;
}

/** The count of a ring is read by a system call, so not after each poll. Perf buffers pass their counts with their records. */
const READ_INTERVAL_MS = 100;
/** A steady loss gives one message a second. */
const REPORT_INTERVAL_MS = 1000;

/** See the module's documentation. */
export class EventLosses {
  readonly #options: EventLossesOptions;
  readonly #open = new Set<Watched>();
  readonly #closed: BufferReport[] = [];
  #readAt = -Infinity;

  constructor(options: EventLossesOptions) {
    this.#options = options;
  }

  /** Adds a buffer. @returns a function to call before the buffer is closed. */
  watch(source: LossSource): () => void {
    const watched = new Watched(source);
    this.#open.add(watched);
    return () => {
      if (!this.#open.has(watched)) return;
      this.#update(watched, { isLast: true });
      this.#open.delete(watched);
      this.#closed.push(watched.describe());
    };
  }

  /** Looks for new losses. Called after each poll. Ends the guest if a loss must. */
  check(): void {
    const now = performance.now();
    if (now - this.#readAt < READ_INTERVAL_MS) return;
    this.#readAt = now;
    for (const watched of this.#open) this.#update(watched, { isLast: false, now });
    if (this.mustFail) this.#options.cancellation.exit(0);
  }

  /** Reads and reports all losses so far. */
  finish(): void {
    for (const watched of this.#open) this.#update(watched, { isLast: true });
  }

  /** True if events were lost, and the run fails for that. */
  get mustFail(): boolean {
    return this.#options.failOnLoss && this.#options.counters.lost > 0;
  }

  /** The figures of all buffers, the closed ones first. */
  get buffers(): BufferReport[] {
    return [...this.#closed, ...[...this.#open].map((watched) => watched.describe())];
  }

  #update(watched: Watched, { isLast, now = Infinity }: { isLast: boolean; now?: number }): void {
    this.#options.counters.lost += watched.read();
    const isDue = isLast || now - watched.reportedAt >= REPORT_INTERVAL_MS;
    if (watched.unreported === 0 || watched.source.reportsToGuest || !isDue) return;
    watched.reportedAt = now;
    const count = watched.unreported;
    watched.unreported = 0;
    this.#options.report(count, watched.describe());
  }
}

/** A buffer with the losses that are known. */
class Watched {
  readonly source: LossSource;
  unreported = 0;
  reportedAt = -Infinity;
  readonly #start: number;
  #lost: number | undefined;

  constructor(source: LossSource) {
    this.source = source;
    // A map that existed before may have counts of earlier losses.
    this.#start = source.readLost() ?? 0;
  }

  /** Reads the number of lost events. @returns the number since the last call. */
  read(): number {
    const read = this.source.readLost();
    if (read === undefined) return 0;
    const lost = Math.max(read - this.#start, this.#lost ?? 0);
    const added = lost - (this.#lost ?? 0);
    this.#lost = lost;
    this.unreported += added;
    return added;
  }

  describe(): BufferReport {
    const { map, kind, levels: { dataBytes: sizeBytes, highWaterBytes } } = this.source;
    return { map, kind, sizeBytes, highWaterBytes, lost: this.#lost };
  }
}
