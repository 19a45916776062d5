/**
 * The buffers behind a BPF_MAP_TYPE_PERF_EVENT_ARRAY: one perf event for each CPU, its pages laid over a buffer, and a way to
 * wait for records of all of them.
 *
 * | offset within one | bytes     | what                                                                       |
 * |-------------------|-----------|----------------------------------------------------------------------------|
 * | 0                 | page      | `struct perf_event_mmap_page`: u64 data_head at 1024, u64 data_tail at 1032 |
 * | page              | dataBytes | the data, once: records wrap                                               |
 *
 * @module
 */

import { BpfError, LINUX_ERRNO } from "../../errors/mod.ts";
import type { EpollSet } from "../system/epoll.ts";
import type { SystemCalls } from "../system/system_calls.ts";
import type { BpfMap } from "./interfaces/mod.ts";
import { MappedPages } from "../system/mapped_pages.ts";
import { openPerfEvent, PERF_TYPE, type PerfEvent } from "../system/perf_event.ts";

/** The used properties of the map. */
export type PerfEventArray = Pick<BpfMap, "name" | "maxEntries" | "update" | "delete">;

/** The event whose records programs write with `bpf_perf_event_output`. Each record wakes. */
const OUTPUT_EVENT: PerfEvent = {
  type: PERF_TYPE.SOFTWARE,
  config: 10, // PERF_COUNT_SW_BPF_OUTPUT
  samplePeriod: 1,
  sampleType: 1 << 10, // PERF_SAMPLE_RAW
  wakeupEvents: 1,
};

/** The addresses at which {@link PerfBuffers.map} maps the pages. */
export interface PerfBufferPlace {
  /** Must never grow. */
  buffer: ArrayBuffer;
  /** The address of the first buffer, a multiple of the page size. The others follow without a gap. */
  start: number;
  /** Bytes of data for each CPU: a power of two, and a multiple of the page size. */
  dataBytes: number;
}

/**
 * The perf events of a perf event array, one for each CPU that is online and has an entry in the map.
 *
 * Needs CAP_PERFMON (CAP_SYS_ADMIN before Linux 5.8). A CPU that comes online later is not seen.
 */
export class PerfBuffers implements Disposable {
  readonly #calls: SystemCalls;
  readonly #map: PerfEventArray;
  readonly #noun: string;
  readonly #events: { cpu: number; fd: number }[] = [];
  readonly #epoll: EpollSet;
  #pages: MappedPages | undefined;

  /**
   * Opens the events. Nothing is recorded before {@link PerfBuffers.map}.
   *
   * @param options.epoll where the events are waited for; the caller's.
   * @throws {BpfError} what `perf_event_open` said.
   */
  constructor(calls: SystemCalls, map: PerfEventArray, options: { epoll: EpollSet }) {
    this.#calls = calls;
    this.#map = map;
    this.#noun = `perf buffer "${map.name}"`;
    this.#epoll = options.epoll;
    try {
      this.#open();
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** Their number. */
  get count(): number {
    return this.#events.length;
  }

  /** Maps the buffers' pages, then enters the events in the map, so that programs write to them. @throws {BpfError} */
  map(place: PerfBufferPlace): void {
    const { buffer, start, dataBytes } = place;
    const pages = this.#pages = new MappedPages(this.#calls, buffer);
    const sizeBytes = this.#calls.pageSizeBytes + dataBytes;
    for (const [index, { cpu, fd }] of this.#events.entries()) {
      pages.map(this.#noun, fd, { at: start + index * sizeBytes, sizeBytes, offset: 0, writable: true });
      this.#epoll.add(fd);
      const result = this.#map.update(mapEntry(cpu, fd), 0, 4, 0);
      if (result < 0) throw new BpfError(`Cannot enter a perf event in map "${this.#map.name}"`, result);
    }
  }

  [Symbol.dispose](): void {
    for (const { cpu, fd } of this.#events.splice(0)) {
      // The map has a reference of its own, which would keep the event alive. A closed map says so and has dropped it.
      this.#map.delete(mapEntry(cpu, fd), 0, 0);
      this.#epoll.remove(fd);
      this.#calls.close(fd);
    }
    this.#pages?.[Symbol.dispose]();
  }

  #open(): void {
    for (let cpu = 0; cpu < this.#map.maxEntries; cpu++) {
      const fd = openPerfEvent(this.#calls, OUTPUT_EVENT, cpu);
      // Offline, or no such CPU below the highest that there may be.
      if (fd === -LINUX_ERRNO.ENODEV) continue;
      // Above the highest.
      if (fd === -LINUX_ERRNO.EINVAL && cpu > 0) break;
      if (fd < 0) {
        const refused = fd === -LINUX_ERRNO.EACCES || fd === -LINUX_ERRNO.EPERM;
        const hint = refused ? "run as root or grant CAP_PERFMON" : undefined;
        throw new BpfError(`Cannot open ${this.#noun} of CPU ${cpu}`, fd, { hint });
      }
      this.#events.push({ cpu, fd });
    }
  }
}

/** An element of the map: its key (the CPU), then its value (the perf event). */
function mapEntry(cpu: number, fd: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(new Int32Array([cpu, fd]).buffer);
}
